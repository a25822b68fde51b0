-- What happened and still has to be told: written in the transaction that made it happen, done by workers.
CREATE TABLE outbox_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    failure TEXT
);
CREATE INDEX outbox_events_due ON outbox_events (due_at, id);
