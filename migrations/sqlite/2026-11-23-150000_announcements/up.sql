-- What managers tell the community. A draft is a row here and nothing else: its thread is made when it is published.
CREATE TABLE announcements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    author_id BIGINT NOT NULL REFERENCES members (id),
    board_id BIGINT NOT NULL REFERENCES boards (id),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    audience BIGINT NOT NULL CHECK (audience > 0),
    -- When it is to be published; as typed while it is a draft.
    publish_at TIMESTAMP,
    -- When it ends by itself.
    ends_at TIMESTAMP,
    has_banner BOOLEAN NOT NULL,
    banner_text TEXT NOT NULL,
    pinned BOOLEAN NOT NULL,
    comments TEXT NOT NULL CHECK (comments IN ('open', 'closed', 'later')),
    comments_from TIMESTAMP,
    -- Whether its thread is locked when it ends.
    locks_at_end BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL CHECK (state IN ('draft', 'scheduled', 'published', 'ended')),
    version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    changed_at TIMESTAMP NOT NULL,
    thread_id BIGINT UNIQUE REFERENCES threads (id),
    -- Banners are shown in the order of these numbers.
    banner_number BIGINT UNIQUE,
    published_at TIMESTAMP,
    ended_at TIMESTAMP,
    -- How many members it was for when it was published.
    audience_size BIGINT NOT NULL DEFAULT 0,
    CHECK ((thread_id IS NULL) = (state IN ('draft', 'scheduled'))),
    CHECK ((published_at IS NULL) = (thread_id IS NULL)),
    CHECK ((banner_number IS NULL) = (thread_id IS NULL)),
    CHECK (state <> 'scheduled' OR publish_at IS NOT NULL),
    CHECK ((ended_at IS NOT NULL) = (state = 'ended')),
    CHECK (comments <> 'later' OR comments_from IS NOT NULL)
);
CREATE INDEX announcements_due ON announcements (state, publish_at);

-- How far an announcement got with each member: one row each, written by a job.
CREATE TABLE announcement_readers (
    announcement_id BIGINT NOT NULL REFERENCES announcements (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    reached_at TIMESTAMP,
    read_at TIMESTAMP,
    dismissed_at TIMESTAMP,
    PRIMARY KEY (announcement_id, member_id)
);
