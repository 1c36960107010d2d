-- Which sessions are there, newest first, after the cursor?
SELECT
  session.*,
  (
    SELECT json_group_array(trace_id)
    FROM (
      SELECT trace_id FROM session_slice
      WHERE session_slice.session_id = session.session_id
      ORDER BY start_ns, trace_id
    )
  ) AS trace_ids
FROM session
WHERE
  (:name IS NULL OR name = :name)
  AND (:before_start_ns IS NULL OR (start_ns, session_id) < (:before_start_ns, :before_session_id))
ORDER BY start_ns DESC, session_id DESC
LIMIT :limit
