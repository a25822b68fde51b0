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
CREATE FUNCTION audit_is_append_only() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER audit_events_unchanged BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_events_kept BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
