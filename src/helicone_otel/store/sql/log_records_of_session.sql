-- Those that name the session, and those that name none and are of its traces, or of traces in no
-- session that tell of its calls.
WITH own_trace AS MATERIALIZED (
  SELECT session_slice.trace_id FROM session_slice WHERE session_slice.session_id = :session_id
  UNION
  SELECT shared_call.other_trace_id
  FROM session_slice JOIN shared_call USING (trace_id)
  WHERE
    session_slice.session_id = :session_id
    AND NOT EXISTS (
      SELECT 1 FROM session_slice AS own WHERE own.trace_id = shared_call.other_trace_id
    )
)
SELECT
  log_record.id, event_name, time_ns, trace_id, span_id, session_id, encoding, envelope, body
FROM log_record
JOIN log_origin ON log_origin.id = origin_id
WHERE session_id = :session_id
OR (session_id IS NULL AND trace_id IN (SELECT own_trace.trace_id FROM own_trace))
OR (session_id IS NULL AND event_trace_id IN (SELECT own_trace.trace_id FROM own_trace))
ORDER BY time_ns, log_record.id
