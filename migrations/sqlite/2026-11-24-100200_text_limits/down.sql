ALTER TABLE text_prefixes DROP COLUMN allowed_at;
DROP TABLE text_limits;
