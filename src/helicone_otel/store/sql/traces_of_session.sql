-- Which traces have spans in a session, or tell of calls in it and are in none themselves?
SELECT trace_id
FROM (
  SELECT trace_id, start_ns FROM session_slice WHERE session_id = :session_id
  UNION ALL
  SELECT other_trace_id, slice.start_ns
  FROM session_slice AS slice JOIN shared_call USING (trace_id)
  WHERE
    slice.session_id = :session_id
    AND NOT EXISTS (SELECT 1 FROM session_slice AS own WHERE own.trace_id = other_trace_id)
)
GROUP BY trace_id
ORDER BY min(start_ns), trace_id
