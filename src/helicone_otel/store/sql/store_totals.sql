-- What do all sessions sum to?
SELECT
  count(*) AS sessions,
  coalesce(sum(failed_requests > 0), 0) AS failed_sessions,
  (SELECT count(DISTINCT trace_id) FROM session_slice) AS traces,
  coalesce(sum(spans), 0) AS spans,
  coalesce(sum(requests), 0) AS requests,
  coalesce(sum(failed_requests), 0) AS failed_requests,
  coalesce(sum(unpriced_requests), 0) AS unpriced_requests,
  CAST(total(cost_nano_usd) AS INTEGER) AS cost_nano_usd,
  CAST(total(input_tokens) AS INTEGER) AS input_tokens,
  CAST(total(output_tokens) AS INTEGER) AS output_tokens,
  min(start_ns) AS first_ns,
  max(start_ns) AS last_ns,
  (
    SELECT count(*) FROM session_change
    WHERE change_id > (SELECT through_change_id FROM upkeep WHERE name = 'search')
  ) AS unsearched_sessions
FROM session
