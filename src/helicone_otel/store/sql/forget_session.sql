-- Take a session out of every answer, with what people said of it.
DELETE FROM log_record WHERE session_id = :session_id;

DELETE FROM session_tag WHERE session_id = :session_id;

DELETE FROM session WHERE session_id = :session_id;
