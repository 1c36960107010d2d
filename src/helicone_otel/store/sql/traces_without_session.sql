-- Which traces that had come when a part came are in no session, and tell of no call in one? Those
-- that came first, first.
WITH arrived AS (
  SELECT trace_id, min(part_id) AS first_part_id
  FROM trace_part
  GROUP BY trace_id
  HAVING max(part_id) <= :through_part_id
)
SELECT trace_id
FROM arrived
WHERE
  NOT EXISTS (SELECT 1 FROM session_slice WHERE session_slice.trace_id = arrived.trace_id)
  AND NOT EXISTS (SELECT 1 FROM pending_trace WHERE pending_trace.trace_id = arrived.trace_id)
  AND NOT EXISTS (SELECT 1 FROM doomed_trace WHERE doomed_trace.trace_id = arrived.trace_id)
  AND NOT EXISTS (
    SELECT 1
    FROM shared_call JOIN session_slice ON session_slice.trace_id = shared_call.other_trace_id
    WHERE shared_call.trace_id = arrived.trace_id
  )
ORDER BY first_part_id
