SELECT id
FROM log_record
WHERE session_id = :session_id
AND id <= (
  SELECT through_record_id FROM doomed_session WHERE doomed_session.session_id = :session_id
)
LIMIT :limit
