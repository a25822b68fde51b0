DROP INDEX members_by_small_name;
DROP INDEX members_by_handle;
