-- Pictures that members uploaded. The name holds the hash of what the file holds: the same picture is there once.
CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    width BIGINT NOT NULL CHECK (width > 0),
    height BIGINT NOT NULL CHECK (height > 0),
    -- Of the picture and its thumbnail together.
    bytes BIGINT NOT NULL CHECK (bytes > 0),
    alt TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- Set before the files are deleted; the row goes after them. Nobody may use the picture in between.
    removed_at TIMESTAMP
);
CREATE INDEX uploads_of_member ON uploads (member_id, created_at, id);
CREATE INDEX uploads_by_age ON uploads (created_at, id);

-- Which posts name which pictures.
CREATE TABLE post_uploads (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    upload_id BIGINT NOT NULL REFERENCES uploads (id),
    PRIMARY KEY (post_id, upload_id)
);
CREATE INDEX post_uploads_of_upload ON post_uploads (upload_id);
