-- What is another as soon as something comes for a trace or goes, or other rows are derived of it.
SELECT
  (SELECT max(part_id) FROM trace_part WHERE trace_part.trace_id = :trace_id),
  (SELECT count(*) FROM trace_part WHERE trace_part.trace_id = :trace_id),
  (SELECT max(id) FROM log_record WHERE event_trace_id = :trace_id),
  (SELECT count(*) FROM log_record WHERE event_trace_id = :trace_id),
  (
    SELECT max(change_id)
    FROM session_slice JOIN session_change USING (session_id)
    WHERE session_slice.trace_id = :trace_id
  ),
  (SELECT count(*) FROM session_slice WHERE session_slice.trace_id = :trace_id)
