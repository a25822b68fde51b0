-- Since when the object is in the storage. Before that there is the row alone, which comes first.
ALTER TABLE evidence ADD COLUMN kept_at TIMESTAMP;
UPDATE evidence SET kept_at = uploaded_at;
CREATE INDEX evidence_unkept ON evidence (uploaded_at) WHERE kept_at IS NULL AND destroyed_at IS NULL;
CREATE INDEX evidence_of_member ON evidence (member_id, id);
CREATE INDEX destruction_leaves_by_time ON destruction_leaves (destroyed_at);
