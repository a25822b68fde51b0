DROP TABLE call_signals;
DROP TABLE call_seats;
DROP TABLE calls;
