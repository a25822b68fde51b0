-- What ranks count, and what stands in the way of writing.
ALTER TABLE members ADD COLUMN likes_received BIGINT NOT NULL DEFAULT 0 CHECK (likes_received >= 0);
ALTER TABLE members ADD COLUMN accepted_answers BIGINT NOT NULL DEFAULT 0 CHECK (accepted_answers >= 0);
ALTER TABLE members ADD COLUMN warned_at TIMESTAMP;
ALTER TABLE members ADD COLUMN silenced_until TIMESTAMP;
ALTER TABLE members ADD COLUMN suspended_until TIMESTAMP;
-- What each page's head shows: notifications that wait, and up to which banner they were dismissed.
ALTER TABLE members ADD COLUMN unread_notifications BIGINT NOT NULL DEFAULT 0 CHECK (unread_notifications >= 0);
ALTER TABLE members ADD COLUMN banners_dismissed BIGINT NOT NULL DEFAULT 0;
-- Everything that was written before is read.
ALTER TABLE members ADD COLUMN all_read_at TIMESTAMP;
ALTER TABLE members ADD COLUMN page_size BIGINT NOT NULL DEFAULT 10 CHECK (page_size IN (10, 20, 50));

-- Counts each change of the words: an edit names the version it began from.
ALTER TABLE posts ADD COLUMN version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE posts ADD COLUMN likes BIGINT NOT NULL DEFAULT 0 CHECK (likes >= 0);
-- Best liked posts of a thread.
CREATE INDEX posts_liked ON posts (thread_id, likes, number);
CREATE INDEX posts_of_author_in_thread ON posts (thread_id, author_id, number);

-- Who a thread exists for: the sum of a bit for everyone, members, each tier and each role. Fixed once published.
ALTER TABLE threads ADD COLUMN audience BIGINT NOT NULL DEFAULT 1 CHECK (audience > 0);
-- The thread its posts went to.
ALTER TABLE threads ADD COLUMN merged_into BIGINT;
-- Answers to an announcement begin then.
ALTER TABLE threads ADD COLUMN comments_from TIMESTAMP;

-- Which post quotes which, and in what version.
CREATE TABLE post_quotes (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    quoted_id BIGINT NOT NULL REFERENCES posts (id),
    quoted_version BIGINT NOT NULL,
    PRIMARY KEY (post_id, quoted_id)
);
CREATE INDEX post_quotes_of ON post_quotes (quoted_id, post_id);
INSERT INTO post_quotes (post_id, quoted_id, quoted_version) SELECT id, quotes_id, 1 FROM posts WHERE quotes_id IS NOT NULL;

CREATE TABLE post_mentions (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    PRIMARY KEY (post_id, member_id)
);
CREATE INDEX post_mentions_of ON post_mentions (member_id, post_id);

CREATE TABLE post_likes (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    liked_at TIMESTAMP NOT NULL,
    PRIMARY KEY (post_id, member_id)
);
CREATE INDEX post_likes_by ON post_likes (member_id, post_id);

-- The answer that the asker or staff accepted in a question.
CREATE TABLE accepted_answers (
    thread_id BIGINT NOT NULL PRIMARY KEY REFERENCES threads (id),
    post_id BIGINT NOT NULL UNIQUE REFERENCES posts (id),
    accepted_by BIGINT NOT NULL REFERENCES members (id),
    accepted_at TIMESTAMP NOT NULL
);

-- Answers that managers list under the first post, in their order.
CREATE TABLE official_answers (
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    post_id BIGINT NOT NULL PRIMARY KEY REFERENCES posts (id),
    position BIGINT NOT NULL,
    listed_by BIGINT NOT NULL REFERENCES members (id)
);
CREATE INDEX official_answers_of ON official_answers (thread_id, position);

-- A box below a member's words: the words stay theirs.
CREATE TABLE post_notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id BIGINT NOT NULL REFERENCES posts (id),
    author_id BIGINT NOT NULL REFERENCES members (id),
    role TEXT NOT NULL CHECK (role IN ('moderator', 'community-manager', 'administrator')),
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    written_at TIMESTAMP NOT NULL
);
CREATE INDEX post_notes_of ON post_notes (post_id, id);

-- Every version of an edited post that was not within its grace, the present one included.
CREATE TABLE post_revisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id BIGINT NOT NULL REFERENCES posts (id),
    revision BIGINT NOT NULL CHECK (revision > 0),
    format TEXT NOT NULL CHECK (format IN ('markdown', 'text', 'html')),
    body TEXT NOT NULL,
    editor_id BIGINT NOT NULL REFERENCES members (id),
    -- What the editor was at that time.
    edited_as TEXT NOT NULL CHECK (edited_as IN ('author', 'moderator')),
    reason TEXT NOT NULL,
    written_at TIMESTAMP NOT NULL,
    -- Personal data can be taken out of the history; the stub says why.
    hidden_at TIMESTAMP,
    hidden_by BIGINT REFERENCES members (id),
    hidden_reason TEXT,
    UNIQUE (post_id, revision),
    CHECK ((hidden_at IS NULL) = (hidden_by IS NULL)),
    CHECK ((hidden_at IS NULL) = (hidden_reason IS NULL))
);

-- What happened to a thread: a line in its stream after the number given last at that time.
CREATE TABLE thread_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    after_number BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES members (id),
    kind TEXT NOT NULL CHECK (kind IN ('title', 'label', 'moved', 'split-off', 'split-from', 'merged-in', 'merged-away', 'locked', 'unlocked')),
    -- The title, label, board or thread it was before, or the one that it is about.
    detail TEXT NOT NULL,
    detail_path TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX thread_events_of ON thread_events (thread_id, after_number, id);

-- The number that a post had before it moved: addresses follow it, and a stub stands there.
CREATE TABLE moved_posts (
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    number BIGINT NOT NULL CHECK (number > 0),
    post_id BIGINT NOT NULL REFERENCES posts (id),
    moved_at TIMESTAMP NOT NULL,
    moved_by BIGINT NOT NULL REFERENCES members (id),
    reason TEXT NOT NULL,
    PRIMARY KEY (thread_id, number)
);
CREATE INDEX moved_posts_of ON moved_posts (post_id);

-- One member's relation to one thread: how far they read, whether they follow it, their bookmark.
CREATE TABLE thread_members (
    member_id BIGINT NOT NULL REFERENCES members (id),
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    last_read BIGINT NOT NULL DEFAULT 0 CHECK (last_read >= 0),
    read_at TIMESTAMP,
    level TEXT NOT NULL DEFAULT 'normal' CHECK (level IN ('follow', 'normal', 'mute')),
    bookmarked_at TIMESTAMP,
    bookmark_note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (member_id, thread_id)
);
CREATE INDEX thread_members_following ON thread_members (thread_id, level, member_id);
CREATE INDEX thread_members_bookmarks ON thread_members (member_id, bookmarked_at);

CREATE TABLE board_members (
    member_id BIGINT NOT NULL REFERENCES members (id),
    board_id BIGINT NOT NULL REFERENCES boards (id),
    level TEXT NOT NULL DEFAULT 'normal' CHECK (level IN ('follow', 'normal', 'mute')),
    all_read_at TIMESTAMP,
    PRIMARY KEY (member_id, board_id)
);
CREATE INDEX board_members_following ON board_members (board_id, level, member_id);

CREATE TABLE member_blocks (
    member_id BIGINT NOT NULL REFERENCES members (id),
    blocked_id BIGINT NOT NULL REFERENCES members (id),
    blocked_at TIMESTAMP NOT NULL,
    PRIMARY KEY (member_id, blocked_id),
    CHECK (member_id <> blocked_id)
);
CREATE INDEX member_blocks_of ON member_blocks (blocked_id, member_id);

-- What a member is writing: in a thread or a board, one each.
CREATE TABLE drafts (
    member_id BIGINT NOT NULL REFERENCES members (id),
    -- 'thread 12' or 'board 3'.
    place TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Grows with each saving: an old tab cannot overwrite a newer draft.
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    saved_at TIMESTAMP NOT NULL,
    PRIMARY KEY (member_id, place)
);
CREATE INDEX drafts_saved ON drafts (saved_at);
