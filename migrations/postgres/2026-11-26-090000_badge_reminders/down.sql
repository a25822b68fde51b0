DROP INDEX badge_grants_ending;
ALTER TABLE badge_grants DROP COLUMN reminders;
