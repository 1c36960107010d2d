-- Which traces are left of sessions that were removed?
SELECT DISTINCT trace_id
FROM session_slice AS slice
WHERE NOT EXISTS (
  SELECT 1
  FROM session_slice AS sibling JOIN session USING (session_id)
  WHERE sibling.trace_id = slice.trace_id
)
