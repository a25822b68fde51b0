DROP TABLE rank_losses;
DROP TABLE rank_changes;
DROP TABLE rank_rules;
DROP TABLE rank_rulebooks;
