-- Which sessions changed after this, in which order, and what are they now?
SELECT
  change.change_id AS change_id,
  change.session_id AS changed_session_id,
  session.*,
  (
    SELECT json_group_array(trace_id)
    FROM (
      SELECT trace_id FROM session_slice
      WHERE session_slice.session_id = change.session_id
      ORDER BY start_ns, trace_id
    )
  ) AS trace_ids
FROM session_change AS change
LEFT JOIN session USING (session_id)
WHERE change.change_id > :after
ORDER BY change.change_id
LIMIT :limit
