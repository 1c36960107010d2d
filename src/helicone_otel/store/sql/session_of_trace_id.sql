-- Which session has this derived trace id? Its own trace's, if it is named by that; else a hash.
SELECT session_id FROM session
WHERE
  session_id = uuid_of_trace(:trace_id)
  OR (
    NOT EXISTS (SELECT 1 FROM trace_part WHERE trace_id = :trace_id)
    AND hashed_trace_id(session_id) = :trace_id
  )
LIMIT 1
