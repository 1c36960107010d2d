-- Which session names do the matching requests use, the last used first?
SELECT
  session_name AS name,
  count(DISTINCT session_id) AS sessions,
  count(*) AS requests,
  CAST(total(end_ns - start_ns) AS INTEGER) AS latency_ns,
  min(start_ns) AS first_start_ns,
  max(start_ns) AS last_start_ns
FROM v_request
WHERE
  (:after_ns IS NULL OR start_ns > :after_ns)
  AND (:before_ns IS NULL OR start_ns < :before_ns)
GROUP BY session_name
HAVING :name_contains IS NULL OR instr(casefold(session_name), :name_contains)
ORDER BY last_start_ns DESC, name
LIMIT :limit
