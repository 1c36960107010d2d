-- Which sessions are as wanted, after the cursor?
WITH
  r AS NOT MATERIALIZED ($requests),
  stale AS (
    SELECT session_id FROM session_change
    WHERE change_id > (SELECT through_change_id FROM upkeep WHERE name = 'groups')
  )
SELECT
  s.*,
  $number AS cursor_number,
  (
    SELECT json_group_array(trace_id)
    FROM (
      SELECT trace_id FROM session_slice
      WHERE session_slice.session_id = s.session_id
      ORDER BY start_ns, trace_id
    )
  ) AS trace_ids
FROM session AS s
WHERE $conditions
ORDER BY $number $direction, s.session_id $direction
LIMIT :limit
