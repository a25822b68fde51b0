-- When a badge was taken off for now, and by which trust administrator: from then on it can be appealed, and they do
-- not decide about that.
ALTER TABLE badge_grants ADD COLUMN suspended_at TIMESTAMP;
ALTER TABLE badge_grants ADD COLUMN suspended_by BIGINT REFERENCES members (id);
UPDATE badge_grants SET
    suspended_at = (SELECT a.happened_at FROM audit_events a
        WHERE a.act = 'grant.suspended' AND a.subject = 'grant ' || badge_grants.id ORDER BY a.id DESC LIMIT 1),
    suspended_by = (SELECT a.actor_id FROM audit_events a
        WHERE a.act = 'grant.suspended' AND a.subject = 'grant ' || badge_grants.id ORDER BY a.id DESC LIMIT 1)
WHERE state = 'suspended' AND suspended_for IN ('take-over', 'report', 'other');

-- Appeals against a decision of verification: one for each decision. A grant can be decided about more than once, a
-- document and a call cannot.
CREATE TABLE verification_appeals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    case_id BIGINT UNIQUE REFERENCES document_cases (id),
    call_id BIGINT UNIQUE REFERENCES calls (id),
    grant_id BIGINT REFERENCES badge_grants (id),
    against TEXT NOT NULL CHECK (against IN ('declined', 'failed', 'refused', 'revoked', 'suspended')),
    -- When that was decided.
    against_at TIMESTAMP NOT NULL,
    -- The member's words, sealed.
    words TEXT NOT NULL,
    appealed_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    decided_at TIMESTAMP,
    decided_by BIGINT REFERENCES members (id),
    outcome TEXT CHECK (outcome IN ('uphold', 'reverse')),
    reason TEXT,
    UNIQUE (grant_id, against_at),
    CHECK ((case_id IS NOT NULL) = (against = 'declined')),
    CHECK ((call_id IS NOT NULL) = (against = 'failed')),
    CHECK ((grant_id IS NOT NULL) = (against IN ('refused', 'revoked', 'suspended'))),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK ((decided_at IS NULL) = (outcome IS NULL)),
    CHECK ((decided_at IS NULL) = (reason IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> member_id)
);
CREATE INDEX verification_appeals_of ON verification_appeals (member_id, id);
CREATE INDEX verification_appeals_waiting ON verification_appeals (due_at, id) WHERE decided_at IS NULL;
