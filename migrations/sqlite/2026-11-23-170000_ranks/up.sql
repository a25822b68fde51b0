-- What a rank needs, in versions: everything in a row must be reached. The first rank needs nothing.
CREATE TABLE rank_rulebooks (
    version BIGINT NOT NULL PRIMARY KEY CHECK (version > 0),
    published_at TIMESTAMP NOT NULL,
    published_by BIGINT REFERENCES members (id)
);
CREATE TABLE rank_rules (
    version BIGINT NOT NULL REFERENCES rank_rulebooks (version),
    rank TEXT NOT NULL CHECK (rank IN ('community-member', 'active-member', 'ace-contributor', 'community-guru')),
    posts BIGINT NOT NULL CHECK (posts >= 0),
    days BIGINT NOT NULL CHECK (days >= 0),
    likes BIGINT NOT NULL CHECK (likes >= 0),
    answers BIGINT NOT NULL CHECK (answers >= 0),
    clean_days BIGINT NOT NULL CHECK (clean_days >= 0),
    PRIMARY KEY (version, rank)
);
INSERT INTO rank_rulebooks (version, published_at) VALUES (1, '2026-11-22 00:00:00');
INSERT INTO rank_rules (version, rank, posts, days, likes, answers, clean_days) VALUES
    (1, 'community-member', 0, 0, 0, 0, 0),
    (1, 'active-member', 10, 14, 0, 0, 0),
    (1, 'ace-contributor', 100, 90, 50, 3, 30),
    (1, 'community-guru', 500, 365, 300, 20, 90);

-- Each change of a member's rank, with its date.
CREATE TABLE rank_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    old TEXT NOT NULL CHECK (old IN ('community-member', 'active-member', 'ace-contributor', 'community-guru')),
    rank TEXT NOT NULL CHECK (rank IN ('community-member', 'active-member', 'ace-contributor', 'community-guru')),
    changed_at TIMESTAMP NOT NULL
);
CREATE INDEX rank_changes_of ON rank_changes (member_id, id);

-- The rank that a warning took, until it comes back.
CREATE TABLE rank_losses (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members (id),
    rank TEXT NOT NULL CHECK (rank IN ('community-member', 'active-member', 'ace-contributor', 'community-guru')),
    lost_at TIMESTAMP NOT NULL
);
