-- One live call of a member: at a time that was booked, or from the queue.
CREATE TABLE calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    -- The approved document that the call belongs to, and the policy of both.
    case_id BIGINT NOT NULL REFERENCES document_cases (id),
    policy_version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'booked', 'queued', 'waiting', 'in-call', 'passed', 'inconclusive', 'failed', 'aborted', 'flagged', 'missed', 'cancelled')),
    agent_id BIGINT REFERENCES members (id),
    -- The slot, for a call at a time; held only until then while the member decides.
    starts_at TIMESTAMP,
    ends_at TIMESTAMP,
    held_until TIMESTAMP,
    -- Since when the member stands in the queue, and whether an aborted call put them first.
    queued_at TIMESTAMP,
    is_first BOOLEAN NOT NULL DEFAULT FALSE,
    -- When an agent took it from the queue, and when the member's page last asked for news.
    taken_at TIMESTAMP,
    seen_at TIMESTAMP,
    made_at TIMESTAMP NOT NULL,
    -- The member is in the waiting room; the agent admitted them; it is over.
    waiting_at TIMESTAMP,
    began_at TIMESTAMP,
    ended_at TIMESTAMP,
    -- The last moment at which both were connected: 60 seconds later the call is aborted.
    together_at TIMESTAMP,
    reminded_at TIMESTAMP,
    -- The code sent to the verified phone, as an HMAC, and whether the agent typed it right.
    code_mac BLOB,
    code_sent_at TIMESTAMP,
    code_tries BIGINT NOT NULL DEFAULT 0 CHECK (code_tries >= 0),
    code_right_at TIMESTAMP,
    -- The challenges in the order drawn, and the answers to the checklist: codes alone, nothing about looks.
    challenges TEXT NOT NULL DEFAULT '',
    answers TEXT NOT NULL DEFAULT '',
    reason TEXT,
    is_flagged BOOLEAN NOT NULL DEFAULT FALSE,
    decided_at TIMESTAMP,
    appealed_at TIMESTAMP,
    CHECK ((starts_at IS NULL) = (ends_at IS NULL)),
    CHECK ((starts_at IS NULL) <> (queued_at IS NULL)),
    CHECK ((state = 'held') = (held_until IS NOT NULL)),
    CHECK (state NOT IN ('in-call', 'passed', 'inconclusive', 'failed', 'flagged') OR agent_id IS NOT NULL),
    CHECK (state NOT IN ('passed', 'inconclusive', 'failed', 'flagged') OR decided_at IS NOT NULL),
    -- Nobody checks themselves.
    CHECK (agent_id IS NULL OR agent_id <> member_id)
);
-- A member has one call under way, an agent talks to one member, and a slot is given once.
CREATE UNIQUE INDEX calls_open ON calls (member_id) WHERE state IN ('held', 'booked', 'queued', 'waiting', 'in-call');
CREATE UNIQUE INDEX calls_talking ON calls (agent_id) WHERE state = 'in-call';
CREATE UNIQUE INDEX calls_slots ON calls (agent_id, starts_at) WHERE state IN ('held', 'booked', 'waiting', 'in-call');
CREATE INDEX calls_of_member ON calls (member_id, id);
CREATE INDEX calls_of_case ON calls (case_id, id);
CREATE INDEX calls_of_agent ON calls (agent_id, decided_at);
CREATE INDEX calls_queue ON calls (is_first, queued_at, id) WHERE state IN ('queued', 'waiting');
CREATE INDEX calls_by_time ON calls (state, starts_at);
CREATE INDEX calls_decided ON calls (decided_at);

-- Who sits in the room of a call: the two of the booking and nobody else. A ticket opens one connection.
CREATE TABLE call_seats (
    call_id BIGINT NOT NULL REFERENCES calls (id),
    side TEXT NOT NULL CHECK (side IN ('member', 'agent')),
    member_id BIGINT NOT NULL REFERENCES members (id),
    -- The session that was let in; another session of the same member is not.
    session_id BIGINT,
    ticket_hash BLOB UNIQUE,
    ticket_until TIMESTAMP,
    -- The connection that stands, by a random name, and when it was last heard.
    connection TEXT,
    heard_at TIMESTAMP,
    PRIMARY KEY (call_id, side)
);

-- What one side says to the other, until it was handed over: sealed, and gone when the call is over.
CREATE TABLE call_signals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id BIGINT NOT NULL REFERENCES calls (id),
    side TEXT NOT NULL CHECK (side IN ('member', 'agent')),
    sealed BLOB NOT NULL,
    said_at TIMESTAMP NOT NULL
);
CREATE INDEX call_signals_of_call ON call_signals (call_id, id);
