-- Where log records came from: one row for each distinct resource and scope.
CREATE TABLE log_origin (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  encoding TEXT NOT NULL,
  envelope BLOB NOT NULL
) STRICT;

-- The log records that say something of sessions, as received.
CREATE TABLE log_record (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again, so that `arrival` stays true
  digest BLOB NOT NULL UNIQUE, -- of all it holds: a record that is sent again is the same
  origin_id INTEGER NOT NULL REFERENCES log_origin (id),
  body BLOB NOT NULL,
  time_ns INTEGER NOT NULL,
  event_name TEXT NOT NULL,
  trace_id TEXT,
  span_id TEXT,
  session_id TEXT,
  event_trace_id TEXT,
  event_span_id TEXT,
  facts BLOB -- what it says as a call of a model, if it has usage
) STRICT;

CREATE INDEX log_record_by_span ON log_record (trace_id, span_id) WHERE trace_id IS NOT NULL;

CREATE INDEX log_record_by_session ON log_record (session_id, time_ns)
WHERE session_id IS NOT NULL;

CREATE INDEX log_record_by_event ON log_record (event_trace_id, event_span_id)
WHERE event_trace_id IS NOT NULL;
