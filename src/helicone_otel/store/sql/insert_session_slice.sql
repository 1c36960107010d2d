INSERT INTO session_slice VALUES (
  :session_id, :trace_id, :start_ns, :end_ns, :spans, :missing_parents, :explicit_name,
  :explicit_name_start_ns, :explicit_name_span_id, :fallback_name, :fallback_name_start_ns,
  :fallback_name_span_id, :requests, :failed_requests, :unpriced_requests,
  :requests_without_usage, :cost_nano_usd, :input_tokens, :output_tokens, :latency_ns,
  :first_request_start_ns, :last_request_start_ns, :last_request_end_ns
)
