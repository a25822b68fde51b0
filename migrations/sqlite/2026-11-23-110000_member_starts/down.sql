DROP INDEX members_by_name_start;
DROP INDEX members_by_handle_start;
