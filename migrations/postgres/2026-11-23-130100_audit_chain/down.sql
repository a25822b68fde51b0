DROP TRIGGER audit_events_kept ON audit_events;
DROP TRIGGER audit_events_unchanged ON audit_events;
DROP FUNCTION audit_is_append_only();
DROP TABLE audit_chain;
ALTER TABLE audit_events DROP COLUMN hash;
ALTER TABLE audit_events DROP COLUMN previous_hash;
