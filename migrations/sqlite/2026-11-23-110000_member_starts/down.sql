DROP INDEX members_by_small_name;
