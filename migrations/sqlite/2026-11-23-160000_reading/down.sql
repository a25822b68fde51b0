DROP INDEX threads_started_in_board;
DROP INDEX threads_started;
ALTER TABLE thread_members DROP COLUMN bookmark_number;
