INSERT INTO llm_request VALUES (
  :trace_id, :span_id, :request_id, :session_id, :explicit_name, :path, :user_id, :properties,
  :start_ns, :end_ns, :time_to_first_token_ns, :operation, :provider, :request_model,
  :response_model, :input_tokens, :output_tokens, :cache_read_tokens, :cache_write_tokens,
  :reasoning_tokens, :has_usage, :cost_nano_usd, :cost_source, :status, :failed
)
