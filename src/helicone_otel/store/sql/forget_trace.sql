-- Take a trace out of its sessions, and note that all else of it is to be removed. Traces of other
-- sessions that tell of the same calls have to be derived again without it.
INSERT OR IGNORE INTO doomed_trace VALUES (:trace_id);

DELETE FROM session_slice WHERE trace_id = :trace_id;

DELETE FROM pending_trace WHERE trace_id = :trace_id;

INSERT OR IGNORE INTO pending_trace
SELECT other_trace_id, 0
FROM shared_call
WHERE
  shared_call.trace_id = :trace_id
  AND EXISTS (
    SELECT 1
    FROM session_slice JOIN session USING (session_id)
    WHERE session_slice.trace_id = other_trace_id
  );

DELETE FROM shared_call WHERE trace_id = :trace_id;

DELETE FROM shared_call WHERE other_trace_id = :trace_id;

DELETE FROM trace_link WHERE trace_id = :trace_id;
