-- Which sessions are old, the oldest first? Their last span ended before; or it is of the future,
-- which is a clock's fault, and no part has come for them since one.
SELECT session_id
FROM session
WHERE
  end_ns < :before_ns
  OR (
    end_ns > :future_ns
    AND :through_part_id >= (
      SELECT max(part_id)
      FROM session_slice JOIN trace_part USING (trace_id)
      WHERE session_slice.session_id = session.session_id
    )
  )
ORDER BY end_ns
