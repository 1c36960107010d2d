-- Those that name a session that is still there are that session's.
SELECT id
FROM log_record
WHERE
  (trace_id = :trace_id OR event_trace_id = :trace_id)
  AND NOT EXISTS (SELECT 1 FROM session WHERE session.session_id = log_record.session_id)
LIMIT :limit
