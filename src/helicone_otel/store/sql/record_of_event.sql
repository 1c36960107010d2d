-- Which log record tells of a call first?
SELECT
  event_name, time_ns, trace_id, span_id, session_id, encoding, envelope, body
FROM log_record
JOIN log_origin ON log_origin.id = origin_id
WHERE event_trace_id = :trace_id AND event_span_id = :span_id
ORDER BY time_ns, log_record.id
LIMIT 1
