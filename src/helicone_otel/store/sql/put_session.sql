-- Make sessions' rows from their slices. total() saturates where sum() would raise an overflow,
-- and is exact to 2^53: nine million dollars, 104 days.
INSERT OR REPLACE INTO session
SELECT
  session_id,
  coalesce(
    (
      SELECT explicit_name FROM session_slice
      WHERE session_id = sum.session_id AND explicit_name IS NOT NULL
      ORDER BY explicit_name_start_ns, explicit_name_span_id LIMIT 1
    ),
    (
      SELECT fallback_name FROM session_slice
      WHERE session_id = sum.session_id
      ORDER BY spans = 0, fallback_name_start_ns, fallback_name_span_id LIMIT 1
    )
  ),
  min(start_ns),
  max(end_ns),
  sum(spans),
  sum(missing_parents),
  sum(requests),
  sum(failed_requests),
  sum(unpriced_requests),
  sum(requests_without_usage),
  CAST(total(cost_nano_usd) AS INTEGER),
  CAST(total(input_tokens) AS INTEGER),
  CAST(total(output_tokens) AS INTEGER),
  CAST(total(latency_ns) AS INTEGER),
  min(first_request_start_ns),
  max(last_request_start_ns),
  max(last_request_end_ns),
  covered_ns(active)
FROM session_slice AS sum
WHERE session_id IN (SELECT value FROM json_each(:session_ids))
GROUP BY session_id
