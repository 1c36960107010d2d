-- Which sessions have matching requests, and what these sum to?
SELECT
  session_id,
  session_name,
  min(start_ns) AS first_start_ns,
  max(start_ns) AS last_start_ns,
  CAST(total(end_ns - start_ns) AS INTEGER) AS latency_ns,
  count(*) AS requests,
  CAST(total(cost_nano_usd) AS INTEGER) AS cost_nano_usd,
  CAST(total(input_tokens) AS INTEGER) AS input_tokens,
  CAST(total(output_tokens) AS INTEGER) AS output_tokens,
  json_group_array(DISTINCT coalesce(user_id, '')) AS user_ids
FROM v_request
WHERE
  (:after_ns IS NULL OR start_ns > :after_ns)
  AND (:before_ns IS NULL OR start_ns < :before_ns)
  AND (:name_equals IS NULL OR session_name = :name_equals)
GROUP BY session_id, session_name
HAVING
  (:name_contains IS NULL OR instr(casefold(session_name), :name_contains))
  AND (
    :search IS NULL
    OR instr(casefold(session_id), :search)
    OR instr(casefold(session_name), :search)
  )
ORDER BY first_start_ns DESC, session_id, session_name
LIMIT :limit OFFSET :offset
