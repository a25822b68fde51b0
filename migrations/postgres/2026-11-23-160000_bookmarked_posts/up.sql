-- The post at which a bookmark lies; none means the thread as a whole.
ALTER TABLE thread_members ADD COLUMN bookmark_number BIGINT CHECK (bookmark_number > 0);
