SELECT count(*)
FROM (
  SELECT trace_id FROM trace_part
  UNION
  SELECT event_trace_id FROM log_record WHERE event_trace_id IS NOT NULL
)
