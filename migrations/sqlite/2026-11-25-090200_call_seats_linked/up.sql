-- When this side last said that sound and picture of the other arrive, and since when its connection is broken.
ALTER TABLE call_seats ADD COLUMN linked_at TIMESTAMP;
ALTER TABLE call_seats ADD COLUMN left_at TIMESTAMP;
