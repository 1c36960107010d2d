s.session_id IN (
  SELECT session_id FROM session_group AS g
  WHERE $kept AND session_id NOT IN (SELECT session_id FROM stale)
  UNION ALL
  SELECT r.session_id FROM stale CROSS JOIN r
  WHERE r.session_id = stale.session_id AND $exact
)
