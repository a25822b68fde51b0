-- The post at which a bookmark lies; none means the thread as a whole.
ALTER TABLE thread_members ADD COLUMN bookmark_number BIGINT CHECK (bookmark_number > 0);

-- Feeds tell the threads that were started last, of one board or of all.
CREATE INDEX threads_started ON threads (created_at, id);
CREATE INDEX threads_started_in_board ON threads (board_id, created_at, id);
