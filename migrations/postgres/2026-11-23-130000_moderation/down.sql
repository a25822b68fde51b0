DROP INDEX posts_by_author_lately;
DROP TABLE held_posts;
DROP TABLE appeals;
DROP TABLE reports;
DROP TABLE report_cases;
