-- Members are offered while their name is typed: by the beginning of their handle or their name.
CREATE INDEX members_by_small_name ON members (lower(name));
