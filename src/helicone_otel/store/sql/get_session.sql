-- What are one session's numbers?
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
WHERE session_id = :session_id
