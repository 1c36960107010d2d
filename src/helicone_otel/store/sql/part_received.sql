-- Which spans were received in a part, and which of them are superseded copies?
SELECT
  trace_id,
  origins,
  spans,
  raw,
  (
    SELECT json_group_array(position)
    FROM superseded_copy
    WHERE superseded_copy.part_id = trace_part.part_id
  ) AS superseded
FROM trace_part
WHERE part_id = :part_id
