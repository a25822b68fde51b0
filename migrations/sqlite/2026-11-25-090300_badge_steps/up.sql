-- What a policy version asks for, and who wrote and approved it. Published versions never change.
ALTER TABLE badge_policies ADD COLUMN steps TEXT NOT NULL DEFAULT '';
ALTER TABLE badge_policies ADD COLUMN settling_minutes BIGINT NOT NULL DEFAULT 60;
ALTER TABLE badge_policies ADD COLUMN promise_hours BIGINT NOT NULL DEFAULT 48;
ALTER TABLE badge_policies ADD COLUMN words TEXT NOT NULL DEFAULT '';
ALTER TABLE badge_policies ADD COLUMN drafted_by BIGINT REFERENCES members (id);
ALTER TABLE badge_policies ADD COLUMN approved_by BIGINT REFERENCES members (id);
UPDATE badge_policies SET steps = 'document' WHERE badge = 'identity-verified' AND version = 1;
UPDATE badge_policies SET steps = 'document call' WHERE badge = 'identity-verified' AND version = 2;
UPDATE badge_policies SET words = checked;

-- The two passed steps that a grant stands on, and its way from there.
ALTER TABLE badge_grants ADD COLUMN document_case_id BIGINT REFERENCES document_cases (id);
ALTER TABLE badge_grants ADD COLUMN call_id BIGINT REFERENCES calls (id);
ALTER TABLE badge_grants ADD COLUMN settles_at TIMESTAMP;
ALTER TABLE badge_grants ADD COLUMN promised_until TIMESTAMP;
ALTER TABLE badge_grants ADD COLUMN needs_second BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE badge_grants ADD COLUMN hidden_at TIMESTAMP;
ALTER TABLE badge_grants ADD COLUMN suspended_for TEXT CHECK (suspended_for IN ('name', 'take-over', 'report', 'other'));
ALTER TABLE badge_grants ADD COLUMN revoked_for TEXT;
-- Who looked a second time, and when.
ALTER TABLE badge_grants ADD COLUMN second_by BIGINT REFERENCES members (id);
ALTER TABLE badge_grants ADD COLUMN second_at TIMESTAMP;
CREATE INDEX badge_grants_settling ON badge_grants (settles_at) WHERE state = 'settling';
-- One call carries one grant.
CREATE UNIQUE INDEX badge_grants_of_call ON badge_grants (call_id) WHERE call_id IS NOT NULL;

-- A badge is taken away by two trust administrators: one asks, and another decides.
CREATE TABLE badge_revocations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    grant_id BIGINT NOT NULL REFERENCES badge_grants (id),
    reason TEXT NOT NULL CHECK (reason IN ('document', 'person', 'procedure', 'untrue')),
    words TEXT NOT NULL,
    asked_by BIGINT NOT NULL REFERENCES members (id),
    asked_at TIMESTAMP NOT NULL,
    decided_by BIGINT REFERENCES members (id),
    decided_at TIMESTAMP,
    is_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX badge_revocations_open ON badge_revocations (grant_id) WHERE decided_at IS NULL;

-- No grant without two passed steps of the same member under one policy version, decided by two people.
CREATE TRIGGER badge_grants_made BEFORE INSERT ON badge_grants
WHEN NEW.badge = 'identity-verified' AND NEW.origin = 'checks' AND NEW.state IN ('settling', 'embargoed', 'active')
     AND NOT EXISTS (
        SELECT 1 FROM document_cases c JOIN calls k ON k.id = NEW.call_id AND k.case_id = c.id
        WHERE c.id = NEW.document_case_id AND c.state = 'approved' AND k.state = 'passed'
          AND c.member_id = NEW.member_id AND k.member_id = NEW.member_id
          AND c.policy_version = NEW.policy_version AND k.policy_version = NEW.policy_version
          AND k.agent_id <> (SELECT d.agent_id FROM document_decisions d
              WHERE d.case_id = c.id AND d.outcome = 'approve' ORDER BY d.id DESC LIMIT 1))
BEGIN
    SELECT RAISE(ABORT, 'a grant needs an approved document and a passed call, decided by two people');
END;
CREATE TRIGGER badge_grants_moved BEFORE UPDATE ON badge_grants
WHEN NEW.badge = 'identity-verified' AND NEW.origin = 'checks' AND NEW.state IN ('settling', 'embargoed', 'active')
     AND NOT EXISTS (
        SELECT 1 FROM document_cases c JOIN calls k ON k.id = NEW.call_id AND k.case_id = c.id
        WHERE c.id = NEW.document_case_id AND c.state = 'approved' AND k.state = 'passed'
          AND c.member_id = NEW.member_id AND k.member_id = NEW.member_id
          AND c.policy_version = NEW.policy_version AND k.policy_version = NEW.policy_version
          AND k.agent_id <> (SELECT d.agent_id FROM document_decisions d
              WHERE d.case_id = c.id AND d.outcome = 'approve' ORDER BY d.id DESC LIMIT 1))
BEGIN
    SELECT RAISE(ABORT, 'a grant needs an approved document and a passed call, decided by two people');
END;
-- What a grant stands on is not changed afterwards.
CREATE TRIGGER badge_grants_bound BEFORE UPDATE ON badge_grants
WHEN OLD.member_id IS NOT NEW.member_id OR OLD.badge IS NOT NEW.badge OR OLD.policy_version IS NOT NEW.policy_version OR OLD.origin IS NOT NEW.origin OR OLD.document_case_id IS NOT NEW.document_case_id OR OLD.call_id IS NOT NEW.call_id
BEGIN
    SELECT RAISE(ABORT, 'what a grant stands on does not change');
END;
CREATE TRIGGER badge_policies_unchanged BEFORE UPDATE ON badge_policies BEGIN
    SELECT RAISE(ABORT, 'published policies do not change');
END;
CREATE TRIGGER badge_policies_kept BEFORE DELETE ON badge_policies BEGIN
    SELECT RAISE(ABORT, 'published policies do not change');
END;
