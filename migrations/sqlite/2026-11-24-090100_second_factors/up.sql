-- What a member signs in with beside the password: a passkey (WebAuthn) or codes of an app (RFC 6238).
CREATE TABLE second_factors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    kind TEXT NOT NULL CHECK (kind IN ('passkey', 'totp')),
    name TEXT NOT NULL,
    -- The passkey's id, for which a member is asked; empty for codes.
    credential TEXT UNIQUE,
    -- The passkey's state or the code's secret.
    sealed BLOB NOT NULL,
    -- The last time step whose code was taken: a code counts once.
    last_step BIGINT,
    added_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    CHECK ((kind = 'passkey') = (credential IS NOT NULL))
);
CREATE INDEX second_factors_of_member ON second_factors (member_id, id);

-- Codes on paper for whoever loses the device, each good once.
CREATE TABLE recovery_codes (
    code_hash BLOB NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL REFERENCES members (id),
    made_at TIMESTAMP NOT NULL
);
CREATE INDEX recovery_codes_of_member ON recovery_codes (member_id);

-- A passkey's question that waits for its answer.
CREATE TABLE passkey_challenges (
    session_id BIGINT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('register', 'sign-in')),
    state BLOB NOT NULL,
    expires_at TIMESTAMP NOT NULL
);

-- When this session last showed its second factor, and when it last worked at the agents' desk.
ALTER TABLE sessions ADD COLUMN proved_at TIMESTAMP;
ALTER TABLE sessions ADD COLUMN worked_at TIMESTAMP;
