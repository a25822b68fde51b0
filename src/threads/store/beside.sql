SELECT 'note' AS kind, n.post_id AS post, n.id AS other, p.number AS number, n.written_at AS at,
       m.handle AS who, m.name AS name, n.role AS code, n.html AS words, CAST('' AS TEXT) AS path
  FROM posts p CROSS JOIN post_notes n CROSS JOIN members m
 WHERE :page AND n.post_id = p.id AND m.id = n.author_id
UNION ALL
SELECT 'quotes', q.post_id, q.quoted_id, CASE WHEN o.thread_id = p.thread_id THEN o.number ELSE 0 END, o.edited_at,
       m.handle, m.name,
       CASE WHEN o.removed_at IS NOT NULL THEN 'removed' WHEN o.version > q.quoted_version THEN 'changed' ELSE '' END, '', ''
  FROM posts p CROSS JOIN post_quotes q CROSS JOIN posts o CROSS JOIN members m
 WHERE :page AND q.post_id = p.id AND o.id = q.quoted_id AND m.id = o.author_id
UNION ALL
SELECT * FROM (
SELECT 'quoted' AS kind, q.quoted_id AS post, q.post_id AS other, o.number AS number, o.created_at AS at,
       m.handle AS who, m.name AS name, '' AS code, '' AS words, '' AS path
  FROM posts p CROSS JOIN post_quotes q CROSS JOIN posts o CROSS JOIN members m
 WHERE :page AND q.quoted_id = p.id AND o.id = q.post_id AND o.thread_id + 0 = p.thread_id AND o.removed_at IS NULL
   AND m.id = o.author_id LIMIT 200) quoted
UNION ALL
SELECT 'event', 0, e.id, e.after_number, e.happened_at, m.handle, m.name, e.kind, e.detail, e.detail_path
  FROM thread_events e JOIN members m ON m.id = e.actor_id
 WHERE e.thread_id = :thread AND e.after_number >= :from - 1 AND e.after_number <= :to
UNION ALL
SELECT 'moved', 0, v.post_id, v.number, v.moved_at, '', '', '', v.reason, ''
  FROM moved_posts v
 WHERE v.thread_id = :thread AND v.number >= :from AND v.number <= :to
UNION ALL
SELECT 'official', a.post_id, a.position, p.number, p.created_at, m.handle, m.name, '', p.html, ''
  FROM official_answers a JOIN posts p ON p.id = a.post_id JOIN members m ON m.id = p.author_id
 WHERE a.thread_id = :thread AND :from = 1 AND p.removed_at IS NULL
UNION ALL
SELECT 'accepted', a.post_id, 0, p.number, a.accepted_at, m.handle, m.name, b.name,
       CASE WHEN :from = 1 THEN p.html ELSE '' END, ''
  FROM accepted_answers a JOIN posts p ON p.id = a.post_id JOIN members m ON m.id = p.author_id
  JOIN members b ON b.id = a.accepted_by
 WHERE a.thread_id = :thread AND p.removed_at IS NULL
UNION ALL
SELECT 'liked', l.post_id, 0, p.number, l.liked_at, '', '', '', '', ''
  FROM posts p CROSS JOIN post_likes l
 WHERE :page AND l.post_id = p.id AND l.member_id = :member
UNION ALL
SELECT 'blocked', 0, b.blocked_id, 0, b.blocked_at, '', '', '', '', ''
  FROM member_blocks b WHERE b.member_id = :member
UNION ALL
SELECT 'relation', 0, 0, r.last_read, r.bookmarked_at, '', '', r.level, r.bookmark_note, ''
  FROM thread_members r WHERE r.member_id = :member AND r.thread_id = :thread
UNION ALL
SELECT 'draft', 0, d.sequence, 0, d.saved_at, '', '', d.kind, d.body, ''
  FROM drafts d WHERE d.member_id = :member AND d.place = 'thread ' || CAST(:thread AS TEXT)
