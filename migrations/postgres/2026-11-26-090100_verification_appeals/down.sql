DROP TABLE verification_appeals;
ALTER TABLE badge_grants DROP COLUMN suspended_by;
ALTER TABLE badge_grants DROP COLUMN suspended_at;
