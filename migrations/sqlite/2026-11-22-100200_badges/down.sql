DROP TABLE badge_grants;
DROP TABLE badge_policies;
