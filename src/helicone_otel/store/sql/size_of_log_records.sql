-- How many log records go with sessions and traces, and how many bytes are they?
WITH
of_trace AS (
  SELECT id, session_id
  FROM log_record WHERE trace_id IN (SELECT value FROM json_each(:trace_ids))
  UNION ALL
  SELECT id, session_id
  FROM log_record WHERE event_trace_id IN (SELECT value FROM json_each(:trace_ids))
),
own AS (
  SELECT id FROM log_record WHERE session_id IN (SELECT value FROM json_each(:session_ids))
  UNION
  SELECT id FROM of_trace
  WHERE NOT EXISTS (SELECT 1 FROM session WHERE session.session_id = of_trace.session_id)
)
SELECT count(*), coalesce(sum(length(body)), 0)
FROM own JOIN log_record USING (id)
