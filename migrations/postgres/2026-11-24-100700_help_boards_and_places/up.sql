-- A help board stays open to every member: no gate and no test stands before it.
ALTER TABLE boards ADD COLUMN is_help BOOLEAN NOT NULL DEFAULT FALSE;

-- Where a member stands in the test's order, from 0 to 2^63 - 1; those below the share are asked.
ALTER TABLE test_arms ADD COLUMN place BIGINT NOT NULL DEFAULT 0 CHECK (place >= 0);
-- When raising the share moved them from control to asked.
ALTER TABLE test_arms ADD COLUMN moved_at TIMESTAMP;
