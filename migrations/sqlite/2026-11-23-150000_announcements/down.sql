DROP TABLE announcement_readers;
DROP TABLE announcements;
