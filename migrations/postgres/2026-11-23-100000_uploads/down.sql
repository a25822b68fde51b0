DROP TABLE post_uploads;
DROP TABLE uploads;
