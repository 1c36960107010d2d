-- Remove those origins that no span has; spans that came after a part are looked at once more.
DELETE FROM origin
WHERE
  id IN (SELECT value FROM json_each(:unused))
  AND id NOT IN (
    SELECT used.value
    FROM trace_part, json_each(trace_part.origins) AS used
    WHERE part_id > :looked_through
  )
