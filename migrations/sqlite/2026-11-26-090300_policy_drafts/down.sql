DROP TABLE policy_writers;
DROP TABLE policy_drafts;
ALTER TABLE badge_policies DROP COLUMN thread_id;
ALTER TABLE badge_policies DROP COLUMN carries;
