ALTER TABLE call_seats DROP COLUMN left_at;
ALTER TABLE call_seats DROP COLUMN linked_at;
