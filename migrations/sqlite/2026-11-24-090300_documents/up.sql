-- The words a member agrees to, in versions that never change.
CREATE TABLE consent_texts (
    version BIGINT NOT NULL PRIMARY KEY CHECK (version > 0),
    published_at TIMESTAMP NOT NULL,
    words TEXT NOT NULL,
    words_hash TEXT NOT NULL
);

-- One attempt of a member to have a document checked.
CREATE TABLE document_cases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    policy_version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('consented', 'uploading', 'checking', 'submitted', 'in-review', 'approved', 'resubmit', 'referred', 'declined', 'withdrawn', 'expired')),
    -- Who may take it from the queue: any agent, a second agent, or a senior agent.
    class TEXT NOT NULL DEFAULT 'ordinary' CHECK (class IN ('ordinary', 'second', 'senior')),
    consent_version BIGINT NOT NULL REFERENCES consent_texts (version),
    consent_hash TEXT NOT NULL,
    consented_at TIMESTAMP NOT NULL,
    kind TEXT CHECK (kind IN ('passport', 'identity-card', 'driving-licence', 'residence-permit')),
    country TEXT,
    -- What was typed: legal name, date of birth, number, expiry, machine-readable zone.
    sealed_details BLOB,
    -- HMAC over country, kind and number: finds the same document under another account.
    number_index TEXT,
    resubmissions BIGINT NOT NULL DEFAULT 0 CHECK (resubmissions >= 0),
    -- When the member last did something here: an attempt that nobody goes on with is over after 7 days.
    touched_at TIMESTAMP NOT NULL,
    -- Since when it waits, and under which claim it is.
    waiting_since TIMESTAMP,
    claimed_by BIGINT REFERENCES members (id),
    claimed_until TIMESTAMP,
    submitted_at TIMESTAMP,
    decided_at TIMESTAMP,
    -- What the member is told of the decision.
    reason TEXT,
    appealed_at TIMESTAMP,
    sealed_appeal BLOB,
    CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
    CHECK ((state = 'in-review') = (claimed_by IS NOT NULL)),
    CHECK (state NOT IN ('submitted', 'in-review', 'referred') OR waiting_since IS NOT NULL)
);
-- A member has one attempt under way.
CREATE UNIQUE INDEX document_cases_open ON document_cases (member_id) WHERE state IN ('consented', 'uploading', 'checking', 'submitted', 'in-review', 'resubmit', 'referred');
CREATE INDEX document_cases_of_member ON document_cases (member_id, id);
CREATE INDEX document_cases_waiting ON document_cases (class, waiting_since, id) WHERE state IN ('submitted', 'referred');
CREATE INDEX document_cases_claims ON document_cases (claimed_until) WHERE state = 'in-review';
CREATE UNIQUE INDEX document_cases_claimed ON document_cases (claimed_by) WHERE state = 'in-review';
CREATE INDEX document_cases_number ON document_cases (number_index);
CREATE INDEX document_cases_touched ON document_cases (state, touched_at);
CREATE INDEX document_cases_decided ON document_cases (decided_at);

-- What an agent decided about a case, and by which answers to the checklist.
CREATE TABLE document_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id BIGINT NOT NULL REFERENCES document_cases (id),
    agent_id BIGINT NOT NULL REFERENCES members (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('approve', 'resubmit', 'refer', 'decline')),
    reason TEXT,
    -- The answers, one code to each line of the checklist.
    answers TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    decided_at TIMESTAMP NOT NULL
);
CREATE INDEX document_decisions_of_case ON document_decisions (case_id, id);
CREATE INDEX document_decisions_of_agent ON document_decisions (agent_id, decided_at);

-- Sealed images. The key of each is wrapped by a key outside the database; dropping it ends the image for good.
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id BIGINT NOT NULL REFERENCES document_cases (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    side TEXT NOT NULL CHECK (side IN ('front', 'back', 'other')),
    -- The object's name in the storage: random, and says nothing.
    object TEXT NOT NULL UNIQUE,
    wrapped_by TEXT,
    wrapped BLOB,
    -- Of the sealed bytes, SHA-256: what the receipt names.
    sealed_hash TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    uploaded_at TIMESTAMP NOT NULL,
    -- Never later than 30 days after the upload.
    destroy_at TIMESTAMP NOT NULL,
    -- The key is gone; then the object goes, and then it is done.
    destroyed_at TIMESTAMP,
    cleared_at TIMESTAMP,
    CHECK ((destroyed_at IS NULL) = (wrapped IS NOT NULL)),
    CHECK ((wrapped IS NULL) = (wrapped_by IS NULL))
);
CREATE INDEX evidence_of_case ON evidence (case_id, id);
CREATE INDEX evidence_due ON evidence (destroy_at) WHERE destroyed_at IS NULL;
CREATE INDEX evidence_uncleared ON evidence (destroyed_at) WHERE destroyed_at IS NOT NULL AND cleared_at IS NULL;

-- What was destroyed: the leaves of a Merkle tree (RFC 9162), in their order, with the signed receipt of each.
CREATE TABLE destruction_leaves (
    place BIGINT NOT NULL PRIMARY KEY CHECK (place >= 0),
    evidence_id BIGINT NOT NULL UNIQUE REFERENCES evidence (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    receipt TEXT NOT NULL,
    leaf_hash TEXT NOT NULL,
    signature TEXT NOT NULL,
    destroyed_at TIMESTAMP NOT NULL
);
CREATE INDEX destruction_leaves_of_member ON destruction_leaves (member_id, place);

-- Hashes of the tree's full parts: level 0 are pairs of leaves.
CREATE TABLE destruction_nodes (
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (level, place)
);

-- Signed heads of the tree; the one row of the newest is held while a leaf is added.
CREATE TABLE destruction_heads (
    size BIGINT NOT NULL PRIMARY KEY CHECK (size >= 0),
    root TEXT NOT NULL,
    signature TEXT NOT NULL,
    signed_at TIMESTAMP NOT NULL
);
CREATE TABLE destruction_log (
    place BIGINT NOT NULL PRIMARY KEY CHECK (place = 1),
    size BIGINT NOT NULL CHECK (size >= 0)
);
INSERT INTO destruction_log (place, size) VALUES (1, 0);

-- Going on with the phone: a link that is used once, and then a cookie for this one upload.
CREATE TABLE handovers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id BIGINT NOT NULL REFERENCES document_cases (id),
    token_hash BLOB NOT NULL UNIQUE,
    cookie_hash BLOB UNIQUE,
    made_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    opened_at TIMESTAMP,
    finished_at TIMESTAMP
);
CREATE INDEX handovers_of_case ON handovers (case_id, id);

-- When agents are there.
CREATE TABLE agent_shifts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id BIGINT NOT NULL REFERENCES members (id),
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    entered_at TIMESTAMP NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX agent_shifts_by_time ON agent_shifts (ends_at, starts_at);
CREATE INDEX agent_shifts_of_agent ON agent_shifts (agent_id, ends_at);
