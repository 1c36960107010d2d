-- What are the LLM requests of one session, in start order?
SELECT * FROM ($requests) WHERE session_id = :session_id ORDER BY start_ns, span_id, trace_id
