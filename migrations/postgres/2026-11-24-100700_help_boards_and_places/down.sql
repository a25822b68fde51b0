ALTER TABLE test_arms DROP COLUMN moved_at;
ALTER TABLE test_arms DROP COLUMN place;
ALTER TABLE boards DROP COLUMN is_help;
