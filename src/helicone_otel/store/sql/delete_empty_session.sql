DELETE FROM session
WHERE
  session_id IN (SELECT value FROM json_each(:session_ids))
  AND NOT EXISTS (
    SELECT 1 FROM session_slice WHERE session_slice.session_id = session.session_id
  )
