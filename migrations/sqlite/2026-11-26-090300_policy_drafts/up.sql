-- Which earlier verifications a policy counts, each with its reason, and the thread that announced it.
DROP TRIGGER badge_policies_unchanged;
ALTER TABLE badge_policies ADD COLUMN carries TEXT NOT NULL DEFAULT '[]';
ALTER TABLE badge_policies ADD COLUMN thread_id BIGINT REFERENCES threads (id);
UPDATE badge_policies SET carries = '[{"origin":"import","version":1,"counts":true,"reason":"The community it was brought from checked the same thing."}]'
    WHERE badge <> 'identity-verified';
UPDATE badge_policies SET carries = '[{"origin":"import","version":1,"counts":true,"reason":"The community it was brought from read the same documents."}]'
    WHERE badge = 'identity-verified' AND version = 1;
UPDATE badge_policies SET carries = '[{"origin":"checks","version":1,"counts":false,"reason":"Under policy 1 a document was read, and nobody was met in a call."},{"origin":"import","version":1,"counts":false,"reason":"Under policy 1 a document was read, and nobody was met in a call."},{"origin":"import","version":2,"counts":true,"reason":"The community it was brought from read the document and held the call under this policy."}]'
    WHERE badge = 'identity-verified' AND version = 2;
CREATE TRIGGER badge_policies_unchanged BEFORE UPDATE ON badge_policies BEGIN
    SELECT RAISE(ABORT, 'published policies do not change');
END;

-- What is to become the next policy of Identity Verified, until it is published.
CREATE TABLE policy_drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    checked TEXT NOT NULL,
    words TEXT NOT NULL,
    valid_months BIGINT NOT NULL CHECK (valid_months > 0),
    settling_minutes BIGINT NOT NULL CHECK (settling_minutes >= 0),
    promise_hours BIGINT NOT NULL CHECK (promise_hours > 0),
    carries TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'published')),
    -- Counts each change: whoever changes, approves or publishes it names the version they saw.
    version BIGINT NOT NULL,
    drafted_by BIGINT NOT NULL REFERENCES members (id),
    drafted_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    approved_by BIGINT REFERENCES members (id),
    approved_at TIMESTAMP,
    published_as BIGINT,
    CHECK ((state = 'draft') = (approved_by IS NULL)),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK ((state = 'published') = (published_as IS NOT NULL)),
    CHECK (approved_by IS NULL OR approved_by <> drafted_by)
);
CREATE INDEX policy_drafts_open ON policy_drafts (state, changed_at);

-- Everybody who wrote on a draft; none of them approves it.
CREATE TABLE policy_writers (
    draft_id BIGINT NOT NULL REFERENCES policy_drafts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    PRIMARY KEY (draft_id, member_id)
);
