-- Remember that the parts there are had come by now, every ten minutes.
INSERT OR IGNORE INTO arrival
SELECT max(part_id), :now_ns
FROM trace_part
WHERE NOT EXISTS (
  SELECT 1 FROM arrival WHERE received_ns BETWEEN :now_ns - 600000000000 AND :now_ns
)
HAVING count(*)
