-- Up to which part and log record had come when? What is in no session is old by when it came.
CREATE TABLE arrival (
  part_id INTEGER NOT NULL,
  log_record_id INTEGER NOT NULL,
  received_ns INTEGER NOT NULL,
  PRIMARY KEY (part_id, log_record_id)
) STRICT, WITHOUT ROWID;

-- Traces whose spans are still to be removed; nothing is derived of them any more.
CREATE TABLE doomed_trace (
  trace_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Sessions whose log records up to one are still to be removed.
CREATE TABLE doomed_session (
  session_id TEXT PRIMARY KEY,
  through_record_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_end ON session (end_ns);

-- Views for people and their tools, which stay as the tables change: columns are only added.
-- They need no trusted schema, and so use none of SQLite's JSON functions but json_each.

CREATE VIEW v_session AS
SELECT
  session_id,
  name,
  start_ns,
  end_ns,
  spans,
  requests,
  failed_requests,
  unpriced_requests,
  requests_without_usage,
  cost_nano_usd / 1e9 AS cost_usd,
  input_tokens,
  output_tokens,
  latency_ns,
  active_ns
FROM session;

CREATE VIEW v_request AS
SELECT
  request_id,
  trace_id,
  span_id,
  session_id,
  coalesce(llm_request.explicit_name, session.name) AS session_name,
  path,
  user_id,
  properties,
  llm_request.start_ns,
  llm_request.end_ns,
  time_to_first_token_ns,
  operation,
  provider,
  request_model,
  response_model,
  llm_request.input_tokens,
  llm_request.output_tokens,
  cache_read_tokens,
  cache_write_tokens,
  reasoning_tokens,
  llm_request.cost_nano_usd / 1e9 AS cost_usd,
  cost_source,
  status,
  failed,
  scope_name,
  response_id,
  is_event
FROM llm_request JOIN session USING (session_id);

-- Of several copies of a span the fullest, with what it says by itself.
CREATE VIEW v_span AS
SELECT
  trace_part.trace_id,
  (SELECT value FROM json_each(item.value, '$[2][0]')) AS span_id,
  (SELECT value FROM json_each(item.value, '$[2][1]')) AS parent_span_id,
  (SELECT value FROM json_each(item.value, '$[2][2]')) AS name,
  (SELECT value FROM json_each(item.value, '$[2][6]')) AS kind,
  (SELECT value FROM json_each(item.value, '$[2][16]')) AS service_name,
  (SELECT value FROM json_each(item.value, '$[2][3]')) AS scope_name,
  (SELECT value FROM json_each(item.value, '$[2][4]')) AS start_ns,
  (SELECT value FROM json_each(item.value, '$[2][5]')) AS end_ns,
  (SELECT value FROM json_each(item.value, '$[2][8]')) AS failed,
  (SELECT value FROM json_each(item.value, '$[2][9]')) AS status_message
FROM trace_part JOIN json_each(trace_part.spans) AS item
WHERE NOT EXISTS (
  SELECT 1 FROM superseded_copy AS lost
  WHERE lost.part_id = trace_part.part_id AND lost.position = item.key
);
