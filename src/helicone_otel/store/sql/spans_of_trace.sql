-- What do the spans of one trace say, part by part, and which of a part are superseded copies?
SELECT
  spans,
  (
    SELECT json_group_array(position)
    FROM superseded_copy
    WHERE superseded_copy.part_id = trace_part.part_id
  )
FROM trace_part
WHERE trace_id = :trace_id
ORDER BY part_id
