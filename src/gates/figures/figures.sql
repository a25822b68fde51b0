SELECT a.arm AS arm, COUNT(*) AS joined, COUNT(a.moved_at) AS moved,
       CAST(SUM(CASE WHEN EXISTS (
           SELECT 1 FROM phone_checks c WHERE c.member_id = a.member_id AND c.state <> 'released'
              AND (c.state = 'verified' OR c.state = 'waived')) THEN 1 ELSE 0 END) AS BIGINT) AS phone,
       CAST(SUM(CASE WHEN EXISTS (
           SELECT 1 FROM document_cases d WHERE d.member_id = a.member_id AND d.state = 'approved')
           THEN 1 ELSE 0 END) AS BIGINT) AS document,
       CAST(SUM(CASE WHEN EXISTS (
           SELECT 1 FROM posts p WHERE p.author_id = a.member_id) THEN 1 ELSE 0 END) AS BIGINT) AS posted,
       CAST(SUM(CASE WHEN EXISTS (
           SELECT 1 FROM posts p JOIN reports r ON r.post_id = p.id WHERE p.author_id = a.member_id)
           THEN 1 ELSE 0 END) AS BIGINT) AS reported
  FROM test_arms a
 WHERE a.test_id = :test
 GROUP BY a.arm
