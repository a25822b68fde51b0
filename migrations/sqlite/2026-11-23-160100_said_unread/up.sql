-- When the member last said that the thread is unread: that goes before what was marked read earlier.
ALTER TABLE thread_members ADD COLUMN unread_at TIMESTAMP;
