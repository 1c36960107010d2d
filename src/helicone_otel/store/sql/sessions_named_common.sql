instr($fold(s.session_id), $text) > 0 OR instr($fold(s.name), $text) > 0
