-- Which sessions share a trace with a session, or with one that does, and which traces have they?
WITH RECURSIVE related (session_id) AS (
  VALUES (:session_id)
  UNION
  SELECT other.session_id
  FROM related
  JOIN session_slice AS own ON own.session_id = related.session_id
  JOIN session_slice AS other ON other.trace_id = own.trace_id
)
SELECT session_id, trace_id FROM related JOIN session_slice USING (session_id)
