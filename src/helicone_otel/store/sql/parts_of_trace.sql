-- Which spans of one trace were received, part by part, and which are superseded copies?
SELECT
  origins,
  spans,
  raw,
  (
    SELECT json_group_array(position)
    FROM superseded_copy
    WHERE superseded_copy.part_id = trace_part.part_id
  ) AS superseded
FROM trace_part
WHERE trace_id = :trace_id
ORDER BY part_id
