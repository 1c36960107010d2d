-- Which sessions share a trace with a session, or with one that does, and which traces have they?
-- Traces in no session that tell of their calls alone are among them, and come first.
WITH RECURSIVE
related (session_id) AS (
  VALUES (:session_id)
  UNION
  SELECT other.session_id
  FROM related
  JOIN session_slice AS own ON own.session_id = related.session_id
  JOIN session_slice AS other ON other.trace_id = own.trace_id
),
own_slice AS (
  SELECT session_id, trace_id FROM related JOIN session_slice USING (session_id)
),
telling AS (
  SELECT own_slice.session_id, shared_call.other_trace_id AS trace_id
  FROM own_slice JOIN shared_call USING (trace_id)
  WHERE
    NOT EXISTS (SELECT 1 FROM session_slice WHERE session_slice.trace_id = other_trace_id)
)
SELECT session_id, trace_id
FROM telling
WHERE NOT EXISTS (
  SELECT 1
  FROM shared_call JOIN session_slice ON session_slice.trace_id = shared_call.other_trace_id
  WHERE
    shared_call.trace_id = telling.trace_id
    AND session_slice.session_id NOT IN (SELECT related.session_id FROM related)
)
UNION ALL
SELECT session_id, trace_id FROM own_slice
