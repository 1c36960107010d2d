-- In which order did sessions change? One row for each session, put last by every change.
CREATE TABLE session_change (
  change_id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL UNIQUE
) STRICT;

CREATE TRIGGER session_appeared AFTER INSERT ON session BEGIN
  INSERT OR REPLACE INTO session_change (session_id) VALUES (new.session_id);
END;

CREATE TRIGGER session_changed AFTER UPDATE ON session BEGIN
  INSERT OR REPLACE INTO session_change (session_id) VALUES (new.session_id);
END;

CREATE TRIGGER session_vanished AFTER DELETE ON session BEGIN
  INSERT OR REPLACE INTO session_change (session_id) VALUES (old.session_id);
END;

INSERT INTO session_change (session_id) SELECT session_id FROM session ORDER BY start_ns;

-- How far has what is kept up behind the acknowledgement come? What changed later is stale.
CREATE TABLE upkeep (
  name TEXT PRIMARY KEY,
  through_change_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO upkeep VALUES ('groups', 0), ('search', 0);

-- The sums of a session's requests under each of its names.
CREATE TABLE session_group (
  group_id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  session_name TEXT NOT NULL,
  folded_id TEXT NOT NULL,
  folded_name TEXT NOT NULL,
  first_start_ns INTEGER NOT NULL,
  last_start_ns INTEGER NOT NULL,
  latency_ns INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  cost_nano_usd INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  user_ids TEXT NOT NULL,
  UNIQUE (session_id, session_name)
) STRICT;

CREATE INDEX session_group_by_start ON session_group (first_start_ns, last_start_ns);

-- The values that a group's requests have for a key, a property's name or `#user` and the like.
CREATE TABLE session_facet (
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  group_id INTEGER NOT NULL,
  is_whole INTEGER NOT NULL, -- whether every request of the group has it
  PRIMARY KEY (key, value, group_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX session_facet_in_part ON session_facet (key, value, group_id) WHERE is_whole = 0;

CREATE INDEX session_facet_by_group ON session_facet (group_id);

-- What people said about requests and sessions; it outlives every new derivation.
CREATE TABLE request_property (
  request_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (request_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE request_score (
  request_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (request_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_tag (
  tag_id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  written_ns INTEGER NOT NULL
) STRICT;

CREATE INDEX session_tag_by_session ON session_tag (session_id);

CREATE INDEX llm_request_by_request_id ON llm_request (request_id);

-- What was written and answered in each LLM request, as its distinct words, compressed: FTS5 wants
-- them back to forget them.
CREATE TABLE search_document (
  document_id INTEGER PRIMARY KEY,
  trace_id TEXT NOT NULL,
  span_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  end_ns INTEGER NOT NULL,
  words BLOB NOT NULL,
  UNIQUE (trace_id, span_id)
) STRICT;

CREATE INDEX search_document_by_session ON search_document (session_id);

CREATE VIRTUAL TABLE search_word USING fts5 (
  words, content = '', detail = none, columnsize = 0, tokenize = 'unicode61 remove_diacritics 0'
);
