SELECT
  log_record.id, event_name, time_ns, trace_id, span_id, session_id, encoding, envelope, body
FROM log_record
JOIN log_origin ON log_origin.id = origin_id
WHERE log_record.id < :record_id
ORDER BY log_record.id DESC
LIMIT 1
