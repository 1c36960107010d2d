-- LLM requests with the name in force and with what people said about them.
SELECT
  q.request_number,
  q.trace_id,
  q.span_id,
  q.request_id,
  q.session_id,
  coalesce(q.explicit_name, session.name) AS session_name,
  q.path,
  q.user_id,
  coalesce(
    (
      SELECT json_patch(q.properties, json_group_object(said.key, said.value))
      FROM request_property AS said
      WHERE said.request_id = q.request_id
      GROUP BY said.request_id
    ),
    q.properties
  ) AS properties,
  q.start_ns,
  q.end_ns,
  q.time_to_first_token_ns,
  q.operation,
  q.provider,
  q.request_model,
  q.response_model,
  q.input_tokens,
  q.output_tokens,
  q.cache_read_tokens,
  q.cache_write_tokens,
  q.reasoning_tokens,
  q.has_usage,
  q.cost_nano_usd,
  q.cost_source,
  q.status,
  q.failed,
  q.scope_name,
  q.response_id,
  q.is_event
FROM llm_request AS q
JOIN session USING (session_id)
