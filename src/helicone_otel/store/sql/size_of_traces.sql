-- How many spans do traces have, superseded copies among them, and how many bytes?
SELECT
  coalesce(sum(json_array_length(spans)), 0),
  coalesce(sum(length(spans) + length(raw)), 0)
FROM trace_part
WHERE trace_id IN (SELECT value FROM json_each(:trace_ids))
