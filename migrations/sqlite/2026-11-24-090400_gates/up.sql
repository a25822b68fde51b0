-- Steps that a board asks for before one writes there.
CREATE TABLE board_gates (
    board_id BIGINT NOT NULL REFERENCES boards (id),
    step TEXT NOT NULL CHECK (step IN ('phone', 'document')),
    required_at TIMESTAMP NOT NULL,
    required_by BIGINT REFERENCES members (id),
    PRIMARY KEY (board_id, step)
);

-- A test: of the members who join while it runs, a share is asked for these steps before the first post.
CREATE TABLE newcomer_tests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    steps TEXT NOT NULL,
    percent BIGINT NOT NULL CHECK (percent BETWEEN 0 AND 100),
    salt TEXT NOT NULL,
    reason TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    started_by BIGINT REFERENCES members (id),
    ended_at TIMESTAMP,
    -- 1 while it runs: one test runs at a time.
    running BIGINT UNIQUE CHECK (running = 1),
    CHECK ((running IS NULL) = (ended_at IS NOT NULL))
);

-- The arm of a member, fixed on joining; raising the percentage moves members from control to asked, never back.
CREATE TABLE test_arms (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members (id),
    test_id BIGINT NOT NULL REFERENCES newcomer_tests (id),
    arm TEXT NOT NULL CHECK (arm IN ('asked', 'control')),
    joined_at TIMESTAMP NOT NULL
);
CREATE INDEX test_arms_of_test ON test_arms (test_id, arm);
