-- Which spans were received in some parts, and which of a part are superseded copies? The parts are
-- named, so that they come in their order without being sorted, large as they are.
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
WHERE part_id IN (SELECT value FROM json_each(:part_ids))
ORDER BY part_id
