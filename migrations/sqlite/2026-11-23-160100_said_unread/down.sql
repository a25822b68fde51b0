ALTER TABLE thread_members DROP COLUMN unread_at;
