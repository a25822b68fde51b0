-- What the marketplace says of a member beside the tier: which side they are on, and their country (ISO 3166-1).
ALTER TABLE members ADD COLUMN side TEXT CHECK (side IN ('freelancer', 'client'));
ALTER TABLE members ADD COLUMN country TEXT CHECK (length(country) = 2);

-- A badge opened to an audience in waves.
CREATE TABLE rollouts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The rule, as JSON.
    audience TEXT NOT NULL,
    -- Of a hundred members whom the rule takes, how many take part.
    percent BIGINT NOT NULL CHECK (percent BETWEEN 1 AND 100),
    policy_version BIGINT NOT NULL,
    publication TEXT NOT NULL CHECK (publication IN ('at-once', 'on-date', 'at-share', 'when-covered')),
    share BIGINT CHECK (share BETWEEN 1 AND 100),
    -- By then whatever is held is shown, come what may.
    latest_at TIMESTAMP,
    -- The most invitations that are outstanding together.
    most BIGINT NOT NULL CHECK (most > 0),
    -- Hours that nine in ten may wait for document and call together, before no new wave opens.
    longest_wait BIGINT NOT NULL CHECK (longest_wait > 0),
    thread_id BIGINT REFERENCES threads (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'open', 'paused', 'closing', 'complete', 'published', 'cancelled')),
    -- Counts each change: whoever changes it names the version they saw.
    version BIGINT NOT NULL,
    drafted_by BIGINT NOT NULL REFERENCES members (id),
    -- The newest member who was looked at for it, from the approval on.
    enrolled_up_to BIGINT,
    changed_at TIMESTAMP NOT NULL,
    approved_by BIGINT REFERENCES members (id),
    approved_at TIMESTAMP,
    approval_note TEXT,
    -- The salt is sealed while waves open, and public from then on; its hash is public from the approval on.
    sealed_salt TEXT,
    salt TEXT,
    salt_hash TEXT,
    audience_hash TEXT,
    audience_size BIGINT,
    -- How many of the audience were members long before.
    experienced BIGINT,
    opened_at TIMESTAMP,
    paused_at TIMESTAMP,
    paused_for TEXT CHECK (paused_for IN ('wait', 'hand')),
    -- Who asked for what is held to be shown now, before its time; another person agrees.
    asked_by BIGINT REFERENCES members (id),
    -- Since when nothing is held any more.
    shown_at TIMESTAMP,
    ended_at TIMESTAMP,
    CHECK ((publication = 'at-once') = (latest_at IS NULL)),
    CHECK ((publication = 'at-share') = (share IS NOT NULL)),
    CHECK ((state = 'draft') = (approved_by IS NULL) OR state = 'cancelled'),
    CHECK ((approved_by IS NULL) = (salt_hash IS NULL)),
    CHECK (approved_by IS NULL OR approved_by <> drafted_by),
    CHECK ((state = 'paused') = (paused_for IS NOT NULL))
);
CREATE INDEX rollouts_of_state ON rollouts (state);

-- Everybody who wrote on a draft; none of them approves it.
CREATE TABLE rollout_writers (
    rollout_id BIGINT NOT NULL REFERENCES rollouts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    PRIMARY KEY (rollout_id, member_id)
);

-- The members of a rollout, each in their place.
CREATE TABLE rollout_members (
    rollout_id BIGINT NOT NULL REFERENCES rollouts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    -- Whoever comes later, or again, stands behind those who were there: seconds since 1970, and 0 at first.
    turn BIGINT NOT NULL,
    place TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'invited', 'seen', 'accepted', 'settled', 'exempt', 'carried-over', 'declined', 'lapsed', 'left')),
    wave BIGINT,
    invited_at TIMESTAMP,
    seen_at TIMESTAMP,
    answered_at TIMESTAMP,
    -- When it came to its end, and how the verification ended where it did.
    final_at TIMESTAMP,
    outcome TEXT CHECK (outcome IN ('verified', 'not-verified')),
    reminders BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (rollout_id, member_id),
    CHECK ((state IN ('invited', 'seen', 'accepted')) <= (invited_at IS NOT NULL)),
    CHECK ((state = 'settled') = (outcome IS NOT NULL)),
    CHECK (state <> 'exempt' OR invited_at IS NULL)
);
CREATE INDEX rollout_members_order ON rollout_members (rollout_id, state, turn, place);
CREATE INDEX rollout_members_of_member ON rollout_members (member_id, rollout_id);
CREATE INDEX rollout_members_invited ON rollout_members (invited_at) WHERE state IN ('invited', 'seen', 'accepted');

-- What each wave was, with the figures that it came from.
CREATE TABLE rollout_waves (
    rollout_id BIGINT NOT NULL REFERENCES rollouts (id),
    number BIGINT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    capacity BIGINT NOT NULL,
    outstanding BIGINT NOT NULL,
    shift_minutes BIGINT NOT NULL,
    backlog BIGINT NOT NULL,
    call_seconds BIGINT NOT NULL,
    fill_percent BIGINT NOT NULL,
    accept_percent BIGINT NOT NULL,
    PRIMARY KEY (rollout_id, number),
    CHECK (size + outstanding <= capacity)
);

-- Who wants to be told when the badge opens to them.
CREATE TABLE rollout_watchers (
    member_id BIGINT PRIMARY KEY REFERENCES members (id),
    asked_at TIMESTAMP NOT NULL
);

-- For which rollout a decided badge is held back.
ALTER TABLE badge_grants ADD COLUMN held_for BIGINT REFERENCES rollouts (id);
CREATE INDEX badge_grants_held ON badge_grants (held_for) WHERE state = 'embargoed';
