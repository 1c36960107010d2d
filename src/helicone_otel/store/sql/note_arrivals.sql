-- Remember that what there is had come by now, every ten minutes.
INSERT OR IGNORE INTO arrival
SELECT
  coalesce((SELECT max(part_id) FROM trace_part), 0),
  coalesce((SELECT max(id) FROM log_record), 0),
  :now_ns
WHERE NOT EXISTS (
  SELECT 1 FROM arrival WHERE received_ns BETWEEN :now_ns - 600000000000 AND :now_ns
)
