SELECT
  count(*) AS groups,
  CAST(total(requests) AS INTEGER) AS requests,
  CAST(total(cost_nano_usd) AS INTEGER) AS cost_nano_usd,
  CAST(total(latency_ns) AS INTEGER) AS latency_ns
FROM (
  SELECT requests, cost_nano_usd, latency_ns FROM whole AS s WHERE $sums_match
  UNION ALL
  SELECT requests, cost_nano_usd, latency_ns FROM summed AS s WHERE $sums_match
)
