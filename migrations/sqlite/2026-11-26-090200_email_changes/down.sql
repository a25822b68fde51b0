DROP TABLE account_changes;
DROP TABLE email_changes;
