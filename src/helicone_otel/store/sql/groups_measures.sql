SELECT session_id, requests, first_start_ns, last_start_ns, cost_nano_usd
FROM whole AS s WHERE $sums_match
UNION ALL
SELECT session_id, requests, first_start_ns, last_start_ns, cost_nano_usd
FROM summed AS s WHERE $sums_match
