DROP INDEX badge_grants_held;
ALTER TABLE badge_grants DROP COLUMN held_for;
DROP TABLE rollout_watchers;
DROP TABLE rollout_waves;
DROP TABLE rollout_members;
DROP TABLE rollout_writers;
DROP TABLE rollouts;
ALTER TABLE members DROP COLUMN country;
ALTER TABLE members DROP COLUMN side;
