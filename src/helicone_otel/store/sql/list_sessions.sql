-- Which sessions are there, newest first, after the cursor?
SELECT *
FROM session
WHERE
  (:name IS NULL OR name = :name)
  AND (:before_start_ns IS NULL OR (start_ns, session_id) < (:before_start_ns, :before_session_id))
ORDER BY start_ns DESC, session_id DESC
LIMIT :limit
