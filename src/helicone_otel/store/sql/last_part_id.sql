-- No id is used again that `arrival` tells something of.
SELECT max(
  coalesce((SELECT max(part_id) FROM trace_part), 0),
  coalesce((SELECT max(part_id) FROM arrival), 0)
)
