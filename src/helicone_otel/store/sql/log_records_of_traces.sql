SELECT
  event_name, time_ns, trace_id, span_id, session_id, encoding, envelope, body
FROM log_record
JOIN log_origin ON log_origin.id = origin_id
WHERE trace_id IN (SELECT value FROM json_each(:trace_ids))
ORDER BY time_ns, log_record.id
