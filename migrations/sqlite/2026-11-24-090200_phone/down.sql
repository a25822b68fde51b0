DROP TABLE text_prefixes;
DROP TABLE texts;
DROP TABLE phone_tries;
DROP TABLE phone_checks;
