DROP TABLE import_origins;
DROP TABLE posts;
DROP TABLE threads;
DROP TABLE boards;
