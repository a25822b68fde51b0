DROP TRIGGER audit_events_kept;
DROP TRIGGER audit_events_unchanged;
DROP TABLE audit_chain;
ALTER TABLE audit_events DROP COLUMN hash;
ALTER TABLE audit_events DROP COLUMN previous_hash;
