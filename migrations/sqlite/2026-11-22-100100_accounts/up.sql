-- The cookie's token is stored hashed: a copy of this table signs nobody in.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    agent TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX sessions_of_member ON sessions (member_id, id);
CREATE INDEX sessions_by_age ON sessions (seen_at);

-- Links that are sent or printed: used once, then gone.
CREATE TABLE link_tokens (
    token_hash BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('verify-email', 'reset-password', 'first-administrator')),
    member_id BIGINT REFERENCES members (id),
    expires_at TIMESTAMP NOT NULL,
    CHECK ((purpose = 'first-administrator') = (member_id IS NULL))
);
CREATE INDEX link_tokens_by_age ON link_tokens (expires_at);

-- How often something was tried since a window began: sign-ins by account and by address.
CREATE TABLE throttles (
    name TEXT NOT NULL PRIMARY KEY,
    began_at TIMESTAMP NOT NULL,
    tries BIGINT NOT NULL CHECK (tries > 0)
);

-- Mail to be sent, and mail sent.
CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    queued_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    sent_at TIMESTAMP,
    failure TEXT
);
CREATE INDEX mails_due ON mails (due_at, id) WHERE sent_at IS NULL;
