-- Which traces have requests whose cost a price table gave, or could have given? A page of them.
SELECT DISTINCT trace_id
FROM llm_request
WHERE trace_id > :after
AND has_usage
AND (cost_source IS NULL OR cost_source NOT IN ('span', 'cache'))
AND (:session_id IS NULL OR session_id = :session_id)
AND start_ns >= :since_ns
ORDER BY trace_id
LIMIT :limit
