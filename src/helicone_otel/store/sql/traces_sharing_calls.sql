-- Which traces tell of the same calls as a trace, or as one that does?
WITH RECURSIVE sharing (trace_id) AS (
  VALUES (:trace_id)
  UNION
  SELECT other_trace_id FROM sharing JOIN shared_call USING (trace_id)
  LIMIT :most
)
SELECT trace_id FROM sharing WHERE trace_id <> :trace_id ORDER BY trace_id
