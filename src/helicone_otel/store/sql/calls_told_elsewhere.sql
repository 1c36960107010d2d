-- Which other traces may tell of the same calls as the requests written after :last_number?
-- Other instrumentations than theirs, about the same time: by the response id, or, where one of the
-- two has none, within one another in one session. Of each the latest few are looked at;
-- what is to be removed tells of nothing any more.
WITH told AS (
  SELECT new.trace_id, other.trace_id AS other_trace_id
  FROM llm_request AS new
  JOIN llm_request AS other ON other.request_number IN (
    SELECT request_number
    FROM (
      SELECT request_number, trace_id, scope_name, is_event, end_ns
      FROM llm_request
      WHERE response_id = new.response_id AND start_ns <= new.end_ns + :slack_ns
      ORDER BY start_ns DESC
      LIMIT :most
    )
    WHERE
      trace_id <> new.trace_id
      AND (scope_name <> new.scope_name OR is_event <> new.is_event)
      AND end_ns >= new.start_ns - :slack_ns
  )
  WHERE new.request_number > :last_number AND new.response_id IS NOT NULL
  UNION
  SELECT new.trace_id, other.trace_id
  FROM llm_request AS new
  JOIN llm_request AS other ON other.request_number IN (
    SELECT request_number
    FROM (
      SELECT request_number, trace_id, scope_name, start_ns, end_ns
      FROM llm_request
      WHERE
        response_id IS NULL AND session_id = new.session_id AND start_ns <= new.end_ns
      ORDER BY start_ns DESC
      LIMIT :most
    )
    WHERE
      trace_id <> new.trace_id
      AND scope_name <> new.scope_name
      AND (start_ns - new.start_ns) * (end_ns - new.end_ns) <= 0
  )
  WHERE
    new.request_number > :last_number
    AND EXISTS (
      SELECT 1 FROM session_slice AS slice
      WHERE slice.session_id = new.session_id AND slice.trace_id <> new.trace_id
    )
  UNION
  SELECT new.trace_id, other.trace_id
  FROM llm_request AS new
  JOIN llm_request AS other ON other.request_number IN (
    SELECT request_number
    FROM (
      SELECT request_number, trace_id, scope_name, start_ns, end_ns
      FROM llm_request
      WHERE session_id = new.session_id AND start_ns <= new.end_ns
      ORDER BY start_ns DESC
      LIMIT :most
    )
    WHERE
      trace_id <> new.trace_id
      AND scope_name <> new.scope_name
      AND (start_ns - new.start_ns) * (end_ns - new.end_ns) <= 0
  )
  WHERE
    new.request_number > :last_number
    AND new.response_id IS NULL
    AND EXISTS (
      SELECT 1 FROM session_slice AS slice
      WHERE slice.session_id = new.session_id AND slice.trace_id <> new.trace_id
    )
)
SELECT trace_id, other_trace_id
FROM told
WHERE NOT EXISTS (SELECT 1 FROM doomed_trace WHERE doomed_trace.trace_id = other_trace_id)
