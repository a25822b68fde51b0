-- The community's rules, in versions: acts name the version they rest on.
CREATE TABLE rulebooks (
    version BIGINT NOT NULL PRIMARY KEY CHECK (version > 0),
    published_at TIMESTAMP NOT NULL,
    published_by BIGINT REFERENCES members (id),
    summary TEXT NOT NULL
);
CREATE TABLE community_rules (
    version BIGINT NOT NULL REFERENCES rulebooks (version),
    number BIGINT NOT NULL CHECK (number > 0),
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (version, number)
);
INSERT INTO rulebooks (version, published_at, summary) VALUES (1, '2026-11-22 00:00:00', 'The first version.');
INSERT INTO community_rules (version, number, title, words) VALUES
    (1, 1, 'Be fair to people', 'Argue with what somebody says, not with who they are. No insults, no threats, no harassment.'),
    (1, 2, 'Stay on the subject', 'Write where it belongs, and start a thread of your own for something else.'),
    (1, 3, 'No advertising', 'No offers, referral links or repeated promotion outside the boards that are for it.'),
    (1, 4, 'Protect personal data', 'Publish nobody''s address, documents, phone number or private messages, your own included.'),
    (1, 5, 'Be who you are', 'No imitation of members or staff, no second account to get round a decision.'),
    (1, 6, 'Keep it legal and safe', 'No fraud, nothing illegal, no harmful files or links, no dealings meant to avoid the marketplace''s protection.'),
    (1, 7, 'Help us keep order', 'Use titles that say what it is about, report what breaks a rule, and leave decisions to the moderators.');

-- What staff did to a post, a thread or a member: never without a rule and a reason.
CREATE TABLE acts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('remove', 'restore', 'edit', 'note', 'hide-revision', 'lock', 'unlock', 'move', 'split', 'merge', 'pin', 'unpin', 'retitle', 'warn', 'silence', 'suspend', 'refuse', 'approve', 'reverse')),
    acted_at TIMESTAMP NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES members (id),
    actor_role TEXT NOT NULL CHECK (actor_role IN ('moderator', 'community-manager', 'administrator')),
    rules_version BIGINT NOT NULL,
    rule_number BIGINT NOT NULL,
    reason TEXT NOT NULL,
    -- Whom it is told, and who may appeal.
    member_id BIGINT REFERENCES members (id),
    thread_id BIGINT REFERENCES threads (id),
    post_id BIGINT REFERENCES posts (id),
    -- The end of a silence or a suspension.
    ends_at TIMESTAMP,
    case_id BIGINT,
    reversed_at TIMESTAMP,
    reversed_by BIGINT REFERENCES members (id),
    FOREIGN KEY (rules_version, rule_number) REFERENCES community_rules (version, number),
    CHECK ((reversed_at IS NULL) = (reversed_by IS NULL))
);
CREATE INDEX acts_of_member ON acts (member_id, id);
CREATE INDEX acts_of_post ON acts (post_id, id);
CREATE INDEX acts_of_case ON acts (case_id, id);
