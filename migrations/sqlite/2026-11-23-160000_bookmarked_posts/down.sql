ALTER TABLE thread_members DROP COLUMN bookmark_number;
