DROP TABLE acts;
DROP TABLE community_rules;
DROP TABLE rulebooks;
