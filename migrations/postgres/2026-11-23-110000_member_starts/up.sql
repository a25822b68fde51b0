-- Members are offered while their name is typed: by the beginning of their handle or of what their name looks like.
-- Only in this order do names with one beginning stand together.
CREATE INDEX members_by_handle_start ON members (handle COLLATE "C");
CREATE INDEX members_by_name_start ON members (name_skeleton COLLATE "C");
