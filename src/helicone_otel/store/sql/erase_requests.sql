-- Remove some requests of a trace with what people said of them.
DELETE FROM request_property
WHERE request_id IN (
  SELECT request_id FROM llm_request
  WHERE trace_id = :trace_id AND span_id IN (SELECT value FROM json_each(:span_ids))
);

DELETE FROM request_score
WHERE request_id IN (
  SELECT request_id FROM llm_request
  WHERE trace_id = :trace_id AND span_id IN (SELECT value FROM json_each(:span_ids))
);

DELETE FROM llm_request
WHERE trace_id = :trace_id AND span_id IN (SELECT value FROM json_each(:span_ids));
