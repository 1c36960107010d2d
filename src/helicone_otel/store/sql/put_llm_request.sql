-- No REPLACE: on a table with row ids SQLite keeps a journal of its own for each such row.
INSERT INTO llm_request VALUES (
  NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
)
ON CONFLICT (trace_id, span_id) DO UPDATE SET
  request_id = excluded.request_id,
  session_id = excluded.session_id,
  explicit_name = excluded.explicit_name,
  path = excluded.path,
  user_id = excluded.user_id,
  properties = excluded.properties,
  start_ns = excluded.start_ns,
  end_ns = excluded.end_ns,
  time_to_first_token_ns = excluded.time_to_first_token_ns,
  operation = excluded.operation,
  provider = excluded.provider,
  request_model = excluded.request_model,
  response_model = excluded.response_model,
  input_tokens = excluded.input_tokens,
  output_tokens = excluded.output_tokens,
  cache_read_tokens = excluded.cache_read_tokens,
  cache_write_tokens = excluded.cache_write_tokens,
  reasoning_tokens = excluded.reasoning_tokens,
  has_usage = excluded.has_usage,
  cost_nano_usd = excluded.cost_nano_usd,
  cost_source = excluded.cost_source,
  status = excluded.status,
  failed = excluded.failed,
  scope_name = excluded.scope_name,
  response_id = excluded.response_id,
  is_event = excluded.is_event
