-- Those that name the session, and those of its traces that name none.
WITH own_trace AS MATERIALIZED (
  SELECT session_slice.trace_id FROM session_slice WHERE session_slice.session_id = :session_id
)
SELECT
  log_record.id, event_name, time_ns, trace_id, span_id, session_id, encoding, envelope, body
FROM log_record
JOIN log_origin ON log_origin.id = origin_id
WHERE session_id = :session_id
OR (session_id IS NULL AND trace_id IN (SELECT own_trace.trace_id FROM own_trace))
OR (session_id IS NULL AND event_trace_id IN (SELECT own_trace.trace_id FROM own_trace))
ORDER BY time_ns, log_record.id
