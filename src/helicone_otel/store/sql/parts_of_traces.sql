-- Which spans of some traces were received, part by part, and which are superseded copies?
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
WHERE trace_id IN (SELECT value FROM json_each(:trace_ids))
ORDER BY part_id
