-- An e-mail address that waits for its confirmation, sealed as members' addresses are. A newer one takes its place.
CREATE TABLE email_changes (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members (id),
    token_hash BYTEA NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX email_changes_by_age ON email_changes (expires_at);

-- When what lets somebody into an account last changed: both within a day are a sign that it was taken over. A factor
-- that was removed since still counts.
CREATE TABLE account_changes (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members (id),
    factor_added_at TIMESTAMP,
    email_changed_at TIMESTAMP
);
INSERT INTO account_changes (member_id, factor_added_at)
SELECT member_id, max(added_at) FROM second_factors GROUP BY member_id;
