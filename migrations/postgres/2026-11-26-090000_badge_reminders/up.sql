-- Which reminders left before a badge ends: 0 none, 1 the first, 2 the last.
ALTER TABLE badge_grants ADD COLUMN reminders BIGINT NOT NULL DEFAULT 0;
CREATE INDEX badge_grants_ending ON badge_grants (expires_at) WHERE state = 'active';
