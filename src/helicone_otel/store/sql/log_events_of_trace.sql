SELECT id, facts
FROM log_record
WHERE event_trace_id = :trace_id
ORDER BY event_span_id
