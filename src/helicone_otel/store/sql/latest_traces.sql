-- Which traces had spans come last? Looks at a few parts of each at most.
SELECT trace_id
FROM (SELECT part_id, trace_id FROM trace_part ORDER BY part_id DESC LIMIT 4 * :limit)
GROUP BY trace_id
ORDER BY max(part_id) DESC
LIMIT :limit
