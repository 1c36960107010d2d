INSERT INTO log_record (
  digest, origin_id, body, time_ns, event_name, trace_id, span_id, session_id,
  event_trace_id, event_span_id, facts
)
VALUES (
  :digest, :origin_id, :body, :time_ns, :event_name, :trace_id, :span_id, :session_id,
  :event_trace_id, :event_span_id, :facts
)
ON CONFLICT (digest) DO NOTHING
