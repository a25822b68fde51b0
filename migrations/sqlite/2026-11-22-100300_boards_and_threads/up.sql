CREATE TABLE boards (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    parent_id BIGINT REFERENCES boards (id),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    about TEXT NOT NULL,
    position BIGINT NOT NULL,
    read_rule TEXT NOT NULL CHECK (read_rule IN ('anyone', 'members', 'tier:rising-talent', 'tier:top-rated', 'tier:top-rated-plus', 'role:moderator', 'role:community-manager', 'role:verification-agent', 'role:senior-agent', 'role:trust-administrator', 'role:administrator')),
    write_rule TEXT NOT NULL CHECK (write_rule IN ('anyone', 'members', 'tier:rising-talent', 'tier:top-rated', 'tier:top-rated-plus', 'role:moderator', 'role:community-manager', 'role:verification-agent', 'role:senior-agent', 'role:trust-administrator', 'role:administrator')),
    threads BIGINT NOT NULL DEFAULT 0 CHECK (threads >= 0),
    posts BIGINT NOT NULL DEFAULT 0 CHECK (posts >= 0),
    CHECK (parent_id <> id)
);

CREATE TABLE threads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    board_id BIGINT NOT NULL REFERENCES boards (id),
    title TEXT NOT NULL,
    slug TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('discussion', 'announcement', 'question')),
    author_id BIGINT NOT NULL REFERENCES members (id),
    created_at TIMESTAMP NOT NULL,
    -- The highest number given in this thread; a number is never given twice.
    last_number BIGINT NOT NULL DEFAULT 0 CHECK (last_number >= 0),
    -- Posts that can be read: neither removed nor missing.
    posts BIGINT NOT NULL DEFAULT 0 CHECK (posts >= 0),
    views BIGINT NOT NULL DEFAULT 0 CHECK (views >= 0),
    pinned BOOLEAN NOT NULL DEFAULT FALSE,
    locked BOOLEAN NOT NULL DEFAULT FALSE,
    about_verification BOOLEAN NOT NULL DEFAULT FALSE,
    last_post_at TIMESTAMP NOT NULL,
    last_poster_id BIGINT NOT NULL REFERENCES members (id)
);
-- A board lists pinned threads first, then the latest; the id breaks ties.
CREATE INDEX threads_of_board ON threads (board_id, pinned, last_post_at, id);
-- The home page shows the latest thread of each board, pinned or not.
CREATE INDEX threads_latest_of_board ON threads (board_id, last_post_at, id);
CREATE INDEX threads_latest ON threads (last_post_at, id);
CREATE INDEX threads_by_author ON threads (author_id, id);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    number BIGINT NOT NULL CHECK (number > 0),
    author_id BIGINT NOT NULL REFERENCES members (id),
    created_at TIMESTAMP NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('markdown', 'text', 'html')),
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    renderer BIGINT NOT NULL,
    quotes_id BIGINT REFERENCES posts (id),
    -- What the author held when writing.
    held_rank TEXT NOT NULL CHECK (held_rank IN ('community-member', 'active-member', 'ace-contributor', 'community-guru')),
    held_tier TEXT CHECK (held_tier IN ('rising-talent', 'top-rated', 'top-rated-plus')),
    held_badges TEXT NOT NULL,
    -- New with each form: the same form sent twice makes one post.
    request_id TEXT,
    edited_at TIMESTAMP,
    edited_by BIGINT REFERENCES members (id),
    edited_as TEXT CHECK (edited_as IN ('author', 'moderator')),
    edit_reason TEXT,
    removed_at TIMESTAMP,
    removed_by BIGINT REFERENCES members (id),
    removal_reason TEXT,
    UNIQUE (thread_id, number),
    UNIQUE (author_id, request_id),
    CHECK ((edited_at IS NULL) = (edited_by IS NULL)),
    CHECK ((edited_at IS NULL) = (edited_as IS NULL)),
    CHECK ((edited_at IS NULL) = (edit_reason IS NULL)),
    CHECK ((removed_at IS NULL) = (removed_by IS NULL)),
    CHECK ((removed_at IS NULL) = (removal_reason IS NULL))
);
CREATE INDEX posts_by_author ON posts (author_id, id);

-- Where imported things came from: importing twice changes nothing.
CREATE TABLE import_origins (
    source TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('member', 'board', 'thread', 'post')),
    source_id TEXT NOT NULL,
    local_id BIGINT NOT NULL,
    PRIMARY KEY (source, kind, source_id)
);
CREATE INDEX import_origins_local ON import_origins (kind, local_id);
