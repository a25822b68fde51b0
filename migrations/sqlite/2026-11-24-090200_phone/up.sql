-- The phone a member is proving or has proved. The number is sealed; its index (HMAC) finds the same number again.
CREATE TABLE phone_checks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    state TEXT NOT NULL CHECK (state IN ('sent', 'verified', 'expired', 'locked', 'conflict', 'waived', 'released')),
    sealed BLOB,
    number_index TEXT,
    -- Country code of two letters, the dialling prefix it is counted under, and the two digits that are shown.
    country TEXT NOT NULL,
    prefix TEXT NOT NULL,
    last_digits TEXT NOT NULL,
    -- The code of the last message, as an HMAC; gone when it was used or is over.
    code_mac BLOB,
    code_sent_at TIMESTAMP,
    code_tries BIGINT NOT NULL DEFAULT 0 CHECK (code_tries >= 0),
    began_at TIMESTAMP NOT NULL,
    verified_at TIMESTAMP,
    -- The member took the number off, or another took its place: it is forgotten 90 days later.
    released_at TIMESTAMP,
    waived_by BIGINT REFERENCES members (id),
    reason TEXT,
    CHECK ((state = 'waived') = (waived_by IS NOT NULL)),
    CHECK ((state = 'released') = (released_at IS NOT NULL)),
    CHECK (state NOT IN ('sent', 'verified') OR number_index IS NOT NULL)
);
-- A member has one phone, and a number one account.
CREATE UNIQUE INDEX phone_checks_of_member ON phone_checks (member_id) WHERE state <> 'released';
CREATE UNIQUE INDEX phone_checks_bound ON phone_checks (number_index) WHERE state = 'verified';
CREATE INDEX phone_checks_released ON phone_checks (released_at) WHERE state = 'released';

-- Wrong codes of the last day, by member and number together: what a new code does not forgive.
CREATE TABLE phone_tries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    number_index TEXT NOT NULL,
    tried_at TIMESTAMP NOT NULL
);
CREATE INDEX phone_tries_of_member ON phone_tries (member_id, tried_at);
CREATE INDEX phone_tries_of_number ON phone_tries (number_index, tried_at);

-- Texts and calls, from the moment they are asked for. The message is sealed, and gone once it was handed over.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL CHECK (channel IN ('text', 'call')),
    sealed BLOB,
    member_id BIGINT NOT NULL REFERENCES members (id),
    number_index TEXT NOT NULL,
    prefix TEXT NOT NULL,
    -- The address of the network that asked, as an HMAC.
    address_index TEXT NOT NULL,
    queued_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0 CHECK (tries >= 0),
    sent_at TIMESTAMP,
    -- The name by which the service knows it, and what it said became of it.
    reference TEXT,
    delivery TEXT CHECK (delivery IN ('delivered', 'failed')),
    failure TEXT,
    -- The code in it was typed in.
    converted_at TIMESTAMP
);
CREATE INDEX texts_due ON texts (due_at, id) WHERE sent_at IS NULL;
CREATE INDEX texts_of_number ON texts (number_index, queued_at);
CREATE INDEX texts_of_member ON texts (member_id, queued_at);
CREATE INDEX texts_of_address ON texts (address_index, queued_at);
CREATE INDEX texts_of_prefix ON texts (prefix, queued_at);
CREATE UNIQUE INDEX texts_by_reference ON texts (reference);

-- Dialling prefixes: their budget a day, and whether sending to them is stopped.
CREATE TABLE text_prefixes (
    prefix TEXT NOT NULL PRIMARY KEY,
    daily_budget BIGINT CHECK (daily_budget >= 0),
    stopped_at TIMESTAMP,
    reason TEXT,
    changed_by BIGINT REFERENCES members (id)
);
