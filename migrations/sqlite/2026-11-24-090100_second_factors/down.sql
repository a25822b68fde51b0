ALTER TABLE sessions DROP COLUMN worked_at;
ALTER TABLE sessions DROP COLUMN proved_at;
DROP TABLE passkey_challenges;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
