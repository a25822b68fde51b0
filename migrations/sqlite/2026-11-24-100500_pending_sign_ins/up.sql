-- Somebody whose password was right and who has still to show a second factor. It is no session and opens nothing.
CREATE TABLE pending_sign_ins (
    token_hash BLOB NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL REFERENCES members (id),
    -- A passkey's question that waits for its answer.
    challenge BLOB,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX pending_sign_ins_of_member ON pending_sign_ins (member_id);
CREATE INDEX pending_sign_ins_by_age ON pending_sign_ins (expires_at);
