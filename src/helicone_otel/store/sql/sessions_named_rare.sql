s.session_id IN (
  SELECT session_id FROM session
  WHERE instr($fold(session_id), $text) > 0 OR instr($fold(name), $text) > 0
)
