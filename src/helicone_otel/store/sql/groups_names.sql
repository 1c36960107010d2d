SELECT
  session_name AS name,
  count(DISTINCT session_id) AS sessions,
  CAST(total(requests) AS INTEGER) AS requests,
  CAST(total(latency_ns) AS INTEGER) AS latency_ns,
  min(first_start_ns) AS first_start_ns,
  max(last_start_ns) AS last_start_ns
FROM (
  SELECT session_name, session_id, requests, latency_ns, first_start_ns, last_start_ns
  FROM whole AS s WHERE $sums_match
  UNION ALL
  SELECT session_name, session_id, requests, latency_ns, first_start_ns, last_start_ns
  FROM summed AS s WHERE $sums_match
)
GROUP BY session_name
ORDER BY last_start_ns DESC, name
LIMIT :limit
