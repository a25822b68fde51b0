-- Each row of the audit carries the hash of itself and of the row before it. Rows from before have none.
ALTER TABLE audit_events ADD COLUMN previous_hash TEXT;
ALTER TABLE audit_events ADD COLUMN hash TEXT;
-- Where the chain ends: one row, which whoever writes the next link holds until their transaction ends.
CREATE TABLE audit_chain (
    place BIGINT NOT NULL PRIMARY KEY CHECK (place = 1),
    last_id BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_chain (place, last_id, hash) SELECT 1, coalesce(max(id), 0), '' FROM audit_events;
-- What was written stays as it was written.
CREATE TRIGGER audit_events_unchanged BEFORE UPDATE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_events_kept BEFORE DELETE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
