-- Where spans came from: one row for each distinct resource and scope.
CREATE TABLE origin (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  encoding TEXT NOT NULL,
  envelope BLOB NOT NULL
) STRICT;

-- The truth: spans as received, those of one trace that came in one request. All else is derived.
-- `spans` has an array for each: the position of its origin in `origins`, the length of its bytes
-- in `raw`, what it says by itself. `raw` is their bytes one behind the other, as one zstd frame.
CREATE TABLE trace_part (
  part_id INTEGER PRIMARY KEY,
  trace_id TEXT NOT NULL,
  origins TEXT NOT NULL,
  spans TEXT NOT NULL,
  raw BLOB NOT NULL
) STRICT;

CREATE INDEX trace_part_by_trace ON trace_part (trace_id);

-- Copies of a span that lost against a fuller one, by their place in a part.
CREATE TABLE superseded_copy (
  part_id INTEGER NOT NULL REFERENCES trace_part (part_id),
  position INTEGER NOT NULL,
  PRIMARY KEY (part_id, position)
) STRICT, WITHOUT ROWID;

-- Large traces that spans have arrived for since they were last derived.
CREATE TABLE pending_trace (
  trace_id TEXT PRIMARY KEY,
  spans INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The counted calls of a model. A row that is written again gets the highest number.
CREATE TABLE llm_request (
  request_number INTEGER PRIMARY KEY,
  trace_id TEXT NOT NULL,
  span_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  explicit_name TEXT,
  path TEXT NOT NULL,
  user_id TEXT,
  properties TEXT NOT NULL,
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  time_to_first_token_ns INTEGER,
  operation TEXT NOT NULL,
  provider TEXT,
  request_model TEXT,
  response_model TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cache_read_tokens INTEGER,
  cache_write_tokens INTEGER,
  reasoning_tokens INTEGER,
  has_usage INTEGER NOT NULL,
  cost_nano_usd INTEGER,
  cost_source TEXT,
  status INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  scope_name TEXT NOT NULL,
  response_id TEXT,
  is_event INTEGER NOT NULL,
  UNIQUE (trace_id, span_id)
) STRICT;

CREATE INDEX llm_request_by_session ON llm_request (session_id, start_ns);

CREATE INDEX llm_request_by_start ON llm_request (start_ns);

CREATE INDEX llm_request_by_response ON llm_request (response_id, start_ns)
WHERE response_id IS NOT NULL;

CREATE INDEX llm_request_without_response ON llm_request (session_id, start_ns)
WHERE response_id IS NULL;

-- Traces that tell of the same calls, and so are derived together; each pair in both orders.
CREATE TABLE shared_call (
  trace_id TEXT NOT NULL,
  other_trace_id TEXT NOT NULL,
  PRIMARY KEY (trace_id, other_trace_id)
) STRICT, WITHOUT ROWID;

-- Traces whose earliest root links to one other trace, and the traces that they link to.
CREATE TABLE trace_link (
  trace_id TEXT PRIMARY KEY,
  linked_trace_id TEXT,
  names_session INTEGER NOT NULL -- whether one of its spans names a session
) STRICT, WITHOUT ROWID;

CREATE INDEX trace_link_by_linked ON trace_link (linked_trace_id);

-- What one trace contributes to one session.
CREATE TABLE session_slice (
  session_id TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  spans INTEGER NOT NULL,
  missing_parents INTEGER NOT NULL,
  explicit_name TEXT,
  explicit_name_start_ns INTEGER NOT NULL,
  explicit_name_span_id TEXT NOT NULL,
  fallback_name TEXT NOT NULL,
  fallback_name_start_ns INTEGER NOT NULL,
  fallback_name_span_id TEXT NOT NULL,
  requests INTEGER NOT NULL,
  failed_requests INTEGER NOT NULL,
  unpriced_requests INTEGER NOT NULL,
  requests_without_usage INTEGER NOT NULL,
  cost_nano_usd INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  latency_ns INTEGER NOT NULL,
  first_request_start_ns INTEGER,
  last_request_start_ns INTEGER,
  last_request_end_ns INTEGER,
  active BLOB NOT NULL, -- times at work: pairs of 64-bit integers, from and to, little-endian
  PRIMARY KEY (session_id, trace_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX session_slice_by_trace ON session_slice (trace_id);

-- The sum of a session's slices.
CREATE TABLE session (
  session_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  spans INTEGER NOT NULL,
  missing_parents INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  failed_requests INTEGER NOT NULL,
  unpriced_requests INTEGER NOT NULL,
  requests_without_usage INTEGER NOT NULL,
  cost_nano_usd INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  latency_ns INTEGER NOT NULL,
  first_request_start_ns INTEGER,
  last_request_start_ns INTEGER,
  last_request_end_ns INTEGER,
  active_ns INTEGER NOT NULL -- how long the times at work of all slices last together
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_start ON session (start_ns, session_id);
