-- Which documents of a session are of a request that is gone, or is another one now?
SELECT document_id, words
FROM search_document AS d
WHERE
  d.session_id = ?1
  AND NOT EXISTS (
    SELECT 1 FROM llm_request AS q
    WHERE
      q.trace_id = d.trace_id
      AND q.span_id = d.span_id
      AND q.session_id = d.session_id
      AND q.end_ns = d.end_ns
  )
UNION
SELECT document_id, words
FROM search_document AS d
JOIN llm_request AS q ON q.trace_id = d.trace_id AND q.span_id = d.span_id
WHERE q.session_id = ?1 AND d.session_id <> ?1
