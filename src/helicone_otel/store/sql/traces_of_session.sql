-- Which traces have spans in a session, or tell of calls in it and are in none themselves?
-- The latter first: what is forgotten of the former says no more that these belong to the session.
SELECT trace_id
FROM (
  SELECT trace_id, start_ns, TRUE AS is_in_it FROM session_slice WHERE session_id = :session_id
  UNION ALL
  SELECT other_trace_id, slice.start_ns, FALSE
  FROM session_slice AS slice JOIN shared_call USING (trace_id)
  WHERE
    slice.session_id = :session_id
    AND NOT EXISTS (SELECT 1 FROM session_slice AS own WHERE own.trace_id = other_trace_id)
)
GROUP BY trace_id
ORDER BY max(is_in_it), min(start_ns), trace_id
