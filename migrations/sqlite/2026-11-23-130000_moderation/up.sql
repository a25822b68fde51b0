-- Everything that members reported about one post until somebody closed the case.
CREATE TABLE report_cases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id BIGINT NOT NULL REFERENCES posts (id),
    opened_at TIMESTAMP NOT NULL,
    -- The weight of the worst reason, and how many reports there are: what the queue is sorted by.
    harm BIGINT NOT NULL CHECK (harm > 0),
    reports BIGINT NOT NULL DEFAULT 0 CHECK (reports >= 0),
    claimed_by BIGINT REFERENCES members (id),
    claimed_at TIMESTAMP,
    closed_at TIMESTAMP,
    closed_by BIGINT REFERENCES members (id),
    outcome TEXT CHECK (outcome IN ('acted', 'no-breach')),
    reason TEXT,
    CHECK ((claimed_at IS NULL) = (claimed_by IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK ((closed_at IS NULL) = (outcome IS NULL))
);
-- A post has one open case.
CREATE UNIQUE INDEX report_cases_open ON report_cases (post_id) WHERE closed_at IS NULL;
CREATE INDEX report_cases_closed ON report_cases (closed_at, id);

CREATE TABLE reports (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    case_id BIGINT NOT NULL REFERENCES report_cases (id),
    reason TEXT NOT NULL CHECK (reason IN ('danger', 'personal-data', 'fraud', 'harassment', 'imitation', 'spam', 'off-topic', 'other')),
    words TEXT NOT NULL,
    reported_at TIMESTAMP NOT NULL,
    -- One report per member and post.
    PRIMARY KEY (post_id, member_id)
);
CREATE INDEX reports_of_case ON reports (case_id, reported_at);
CREATE INDEX reports_of_member ON reports (member_id, reported_at);

-- One appeal per act.
CREATE TABLE appeals (
    act_id BIGINT NOT NULL PRIMARY KEY REFERENCES acts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    words TEXT NOT NULL,
    appealed_at TIMESTAMP NOT NULL,
    decided_at TIMESTAMP,
    decided_by BIGINT REFERENCES members (id),
    outcome TEXT CHECK (outcome IN ('uphold', 'reverse')),
    reason TEXT,
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK ((decided_at IS NULL) = (outcome IS NULL)),
    CHECK ((decided_at IS NULL) = (reason IS NULL))
);
CREATE INDEX appeals_open ON appeals (decided_at, appealed_at);

-- Words that wait for a moderator before anybody else reads them.
CREATE TABLE held_posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'thread')),
    board_id BIGINT NOT NULL REFERENCES boards (id),
    thread_id BIGINT REFERENCES threads (id),
    title TEXT NOT NULL,
    thread_kind TEXT NOT NULL CHECK (thread_kind IN ('discussion', 'announcement', 'question')),
    body TEXT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES members (id),
    request_id TEXT,
    why TEXT NOT NULL CHECK (why IN ('links', 'words', 'documents', 'contact')),
    held_at TIMESTAMP NOT NULL,
    decided_at TIMESTAMP,
    decided_by BIGINT REFERENCES members (id),
    outcome TEXT CHECK (outcome IN ('approved', 'refused')),
    -- What it became, or the act that refused it.
    post_id BIGINT REFERENCES posts (id),
    act_id BIGINT REFERENCES acts (id),
    UNIQUE (author_id, request_id),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK ((decided_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX held_posts_open ON held_posts (decided_at, held_at);
-- How much somebody posted lately.
CREATE INDEX posts_by_author_lately ON posts (author_id, created_at);
