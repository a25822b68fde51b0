-- Keys of the site, each wrapped by a key that is kept outside the database. A copy of the database opens none.
CREATE TABLE sealing_keys (
    purpose TEXT NOT NULL PRIMARY KEY CHECK (purpose IN ('columns', 'index', 'receipts')),
    -- Which key outside wraps it.
    wrapped_by TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    made_at TIMESTAMP NOT NULL
);
