-- One row for whatever sending is counted by: a number, an address of the network. Whoever counts holds the row
-- until their transaction ends, so that two at once do not both count the last free place.
CREATE TABLE text_limits (
    name TEXT NOT NULL PRIMARY KEY,
    held_at TIMESTAMP NOT NULL
);
CREATE INDEX text_limits_held ON text_limits (held_at);

-- When an administrator let texts to this prefix go again: what was before does not count against it any more.
ALTER TABLE text_prefixes ADD COLUMN allowed_at TIMESTAMP;
