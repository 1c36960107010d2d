-- Which requests of a session have no document as they are now? Outdated ones are forgotten first.
SELECT trace_id, span_id, end_ns
FROM llm_request AS q
WHERE
  q.session_id = ?
  AND NOT EXISTS (
    SELECT 1 FROM search_document AS d
    WHERE
      d.trace_id = q.trace_id
      AND d.span_id = q.span_id
      AND d.session_id = q.session_id
      AND d.end_ns = q.end_ns
  )
