ALTER TABLE mails DROP COLUMN unsubscribe;
ALTER TABLE mails DROP COLUMN conversation;
ALTER TABLE outbox_events DROP COLUMN told_up_to;
DROP TABLE notification_choices;
DROP TABLE told_likes;
DROP TABLE notifications;
