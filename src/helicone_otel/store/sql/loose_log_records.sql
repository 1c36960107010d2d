-- Which log records that had come when one came belong to nothing that is there? The first first.
SELECT id, length(body)
FROM log_record
WHERE
  id <= :through_record_id
  AND NOT EXISTS (SELECT 1 FROM session WHERE session.session_id = log_record.session_id)
  AND NOT EXISTS (SELECT 1 FROM trace_part WHERE trace_part.trace_id = log_record.trace_id)
  AND NOT EXISTS (
    SELECT 1 FROM session_slice WHERE session_slice.trace_id = log_record.event_trace_id
  )
  AND NOT EXISTS (
    SELECT 1
    FROM shared_call JOIN session_slice ON session_slice.trace_id = shared_call.other_trace_id
    WHERE shared_call.trace_id = log_record.event_trace_id
  )
ORDER BY id
