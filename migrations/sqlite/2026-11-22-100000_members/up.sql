-- A handle is stored in lower case, so that UNIQUE is enough.
CREATE TABLE members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    handle TEXT NOT NULL UNIQUE CHECK (handle = lower(handle)),
    name TEXT NOT NULL,
    -- What the name looks like (UTS 39), so that look-alikes of staff and verified members are found.
    name_skeleton TEXT NOT NULL,
    name_review BOOLEAN NOT NULL DEFAULT FALSE,
    email TEXT,
    -- The address in lower case: one account an address.
    email_key TEXT UNIQUE,
    email_verified_at TIMESTAMP,
    password_hash TEXT,
    signature TEXT NOT NULL DEFAULT '',
    profile TEXT NOT NULL DEFAULT 'everyone' CHECK (profile IN ('everyone', 'members', 'private')),
    rank TEXT NOT NULL DEFAULT 'community-member' CHECK (rank IN ('community-member', 'active-member', 'ace-contributor', 'community-guru')),
    rank_since TIMESTAMP NOT NULL,
    tier TEXT CHECK (tier IN ('rising-talent', 'top-rated', 'top-rated-plus')),
    tier_since TIMESTAMP,
    posts BIGINT NOT NULL DEFAULT 0 CHECK (posts >= 0),
    joined_at TIMESTAMP NOT NULL,
    -- Target of the key by which an active badge binds the name.
    UNIQUE (id, name),
    CHECK ((email IS NULL) = (email_key IS NULL)),
    CHECK ((tier IS NULL) = (tier_since IS NULL))
);
CREATE INDEX members_look_alike ON members (name_skeleton);
CREATE INDEX members_by_tier ON members (tier, id);

CREATE TABLE member_roles (
    member_id BIGINT NOT NULL REFERENCES members (id),
    role TEXT NOT NULL CHECK (role IN ('moderator', 'community-manager', 'verification-agent', 'senior-agent', 'trust-administrator', 'administrator')),
    granted_at TIMESTAMP NOT NULL,
    granted_by BIGINT REFERENCES members (id),
    PRIMARY KEY (member_id, role)
);
CREATE INDEX member_roles_by_role ON member_roles (role, member_id);

-- A tier's history: each change, never edited.
CREATE TABLE tier_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    tier TEXT CHECK (tier IN ('rising-talent', 'top-rated', 'top-rated-plus')),
    changed_at TIMESTAMP NOT NULL,
    changed_by BIGINT REFERENCES members (id),
    source TEXT NOT NULL CHECK (source IN ('administrator', 'csv', 'import', 'command'))
);
CREATE INDEX tier_changes_of_member ON tier_changes (member_id, id);

-- What staff did, to whom or what, and why.
CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    happened_at TIMESTAMP NOT NULL,
    actor_id BIGINT REFERENCES members (id),
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX audit_events_of_subject ON audit_events (subject, id);

-- Facts on the site itself: whether it is a demo, for one.
CREATE TABLE site_facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
