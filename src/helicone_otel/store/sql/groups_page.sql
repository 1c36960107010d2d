SELECT * FROM (
  SELECT * FROM whole AS s WHERE $sums_match
  ORDER BY first_start_ns DESC, session_id, session_name LIMIT :fetch
)
UNION ALL
SELECT * FROM summed AS s WHERE $sums_match
ORDER BY first_start_ns DESC, session_id, session_name
LIMIT :limit OFFSET :offset
