-- Members are offered while their name is typed: by the beginning of their handle or of what their name looks like.
CREATE INDEX members_by_handle_start ON members (handle);
CREATE INDEX members_by_name_start ON members (name_skeleton);
