-- What members are told of. Made by workers from the outbox, each once: the key says what it tells of.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    -- 'post 12', 'thread 3', 'likes 12', 'act 7': what is told once, whatever happens to it later.
    key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('mention', 'quote', 'reply', 'thread', 'like', 'answer', 'decision', 'announcement', 'rank')),
    happened_at TIMESTAMP NOT NULL,
    -- Who did it; of gathered likes the last.
    actor_id BIGINT REFERENCES members (id),
    -- How many likes are gathered in it.
    gathered BIGINT NOT NULL DEFAULT 1 CHECK (gathered > 0),
    thread_id BIGINT REFERENCES threads (id),
    post_id BIGINT REFERENCES posts (id),
    act_id BIGINT REFERENCES acts (id),
    -- What it says beyond the rows it names: a rank's code, how an appeal was decided.
    detail TEXT NOT NULL DEFAULT '',
    read_at TIMESTAMP,
    -- Since when it waits for the daily mail.
    waits_since TIMESTAMP,
    UNIQUE (member_id, key)
);
CREATE INDEX notifications_newest ON notifications (member_id, happened_at, id);
CREATE INDEX notifications_unread ON notifications (member_id, thread_id) WHERE read_at IS NULL;
CREATE INDEX notifications_waiting ON notifications (waits_since, member_id) WHERE waits_since IS NOT NULL;

-- Whose like was told: who takes a like back and gives it again is not told of twice.
CREATE TABLE told_likes (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    PRIMARY KEY (post_id, member_id)
);

-- How a member wants to be told, where they chose something else than what is usual.
CREATE TABLE notification_choices (
    member_id BIGINT NOT NULL REFERENCES members (id),
    kind TEXT NOT NULL CHECK (kind IN ('mention', 'quote', 'reply', 'thread', 'like', 'answer', 'decision', 'announcement', 'rank')),
    mail TEXT NOT NULL CHECK (mail IN ('at-once', 'daily', 'never')),
    -- Whether it stands in the page at all.
    shown BOOLEAN NOT NULL,
    PRIMARY KEY (member_id, kind)
);

-- Up to which member an event was told that concerns more than are told at once.
ALTER TABLE outbox_events ADD COLUMN told_up_to BIGINT NOT NULL DEFAULT 0;
-- The conversation that a mail belongs to, as the left side of its message id.
ALTER TABLE mails ADD COLUMN conversation TEXT;
-- Where one click ends mails of this kind.
ALTER TABLE mails ADD COLUMN unsubscribe TEXT;
