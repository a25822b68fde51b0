DROP TABLE mails;
DROP TABLE throttles;
DROP TABLE link_tokens;
DROP TABLE sessions;
