DROP INDEX destruction_leaves_by_time;
DROP INDEX evidence_of_member;
DROP INDEX evidence_unkept;
ALTER TABLE evidence DROP COLUMN kept_at;
