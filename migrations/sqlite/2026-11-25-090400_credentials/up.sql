-- The keys that sign credentials (RS256). The private part is sealed, and dropped when another takes its place; the
-- public part stays, so that what was signed by it can be checked for as long as it counts.
CREATE TABLE credential_keys (
    -- The thumbprint of the public part (RFC 7638).
    name TEXT NOT NULL PRIMARY KEY,
    modulus TEXT NOT NULL,
    exponent TEXT NOT NULL,
    sealed BLOB,
    made_at TIMESTAMP NOT NULL,
    retired_at TIMESTAMP,
    -- One at the most signs.
    place BIGINT UNIQUE CHECK (place = 1),
    CHECK ((place IS NULL) = (sealed IS NULL)),
    CHECK ((place IS NULL) = (retired_at IS NOT NULL))
);

-- What a member took along of a badge that is shown: its place in the status lists, and nothing that the badge's own
-- page does not say. The signed form is made anew each time.
CREATE TABLE credentials (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    grant_id BIGINT NOT NULL REFERENCES badge_grants (id),
    bound_name TEXT NOT NULL,
    list BIGINT NOT NULL CHECK (list > 0),
    place BIGINT NOT NULL CHECK (place BETWEEN 0 AND 131071),
    issued_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    UNIQUE (list, place)
);
CREATE UNIQUE INDEX credentials_open ON credentials (grant_id) WHERE ended_at IS NULL;
CREATE INDEX credentials_of_member ON credentials (member_id, id);

-- Links that a member hands out to show a credential: found by a hash; the link itself follows from its number and a
-- key outside the database.
CREATE TABLE credential_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    credential_id BIGINT NOT NULL REFERENCES credentials (id),
    token_hash BLOB NOT NULL UNIQUE,
    label TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX credential_links_of ON credential_links (credential_id, id);

-- Programs elsewhere that may ask for badges: the token is shown once and kept as a hash.
CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    made_by BIGINT NOT NULL REFERENCES members (id),
    made_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    ended_at TIMESTAMP
);
CREATE INDEX api_tokens_made_by ON api_tokens (made_by);

-- Addresses that are told when a badge comes or goes, each with a secret of its own, sealed.
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL,
    sealed BLOB NOT NULL,
    made_by BIGINT NOT NULL REFERENCES members (id),
    made_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX webhooks_made_by ON webhooks (made_by);

-- Grants that changed and were not looked at since: the database itself writes them down, whoever changed them.
CREATE TABLE badge_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    badge TEXT NOT NULL
);

-- What was told last of a member's badge: only what differs is told.
CREATE TABLE badge_told (
    member_id BIGINT NOT NULL REFERENCES members (id),
    badge TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (member_id, badge)
);

-- What is sent to whom. Every try of a message has the same name, so that it counts once over there.
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id BIGINT NOT NULL REFERENCES webhooks (id),
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP,
    tries BIGINT NOT NULL DEFAULT 0 CHECK (tries >= 0),
    tried_at TIMESTAMP,
    sent_at TIMESTAMP,
    failure TEXT,
    UNIQUE (webhook_id, name)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE due_at IS NOT NULL;

CREATE TRIGGER badge_grants_told_insert AFTER INSERT ON badge_grants BEGIN
    INSERT INTO badge_changes (member_id, badge) VALUES (NEW.member_id, NEW.badge);
END;
CREATE TRIGGER badge_grants_told_update AFTER UPDATE ON badge_grants BEGIN
    INSERT INTO badge_changes (member_id, badge) VALUES (NEW.member_id, NEW.badge);
END;
