-- Take a session out of every answer, with what people said of it; its log records are to go.
INSERT OR REPLACE INTO doomed_session
SELECT :session_id, max(id) FROM log_record
HAVING max(id) IS NOT NULL;

DELETE FROM session_tag WHERE session_id = :session_id;

DELETE FROM session WHERE session_id = :session_id;
