-- What are the LLM requests of one trace, in whichever session?
SELECT * FROM ($requests) WHERE trace_id = :trace_id ORDER BY start_ns, span_id
