-- Say anew what a log record says, unless it says the same.
UPDATE log_record
SET
  time_ns = :time_ns,
  event_name = :event_name,
  trace_id = :trace_id,
  span_id = :span_id,
  session_id = :session_id,
  event_trace_id = :event_trace_id,
  event_span_id = :event_span_id,
  facts = :facts
WHERE
  id = :id
  AND (
    time_ns, event_name, trace_id, span_id, session_id, event_trace_id, event_span_id, facts
  ) IS NOT (
    :time_ns, :event_name, :trace_id, :span_id, :session_id, :event_trace_id, :event_span_id, :facts
  )
