-- What are the LLM requests of one session, in start order, behind a place in it?
SELECT *
FROM ($requests)
WHERE
  session_id = :session_id
  AND (start_ns, span_id, trace_id) > (:after_start_ns, :after_span_id, :after_trace_id)
ORDER BY start_ns, span_id, trace_id
LIMIT :limit
