-- Which values does a property have? The first of them, in their order.
WITH RECURSIVE
  r AS NOT MATERIALIZED ($requests),
  hop (value) AS (
    SELECT min(value) FROM session_facet WHERE key = :name
    UNION ALL
    SELECT (SELECT min(value) FROM session_facet WHERE key = :name AND value > hop.value)
    FROM hop WHERE value IS NOT NULL
    LIMIT :limit
  ),
  stale AS (
    SELECT session_id FROM session_change
    WHERE change_id > (SELECT through_change_id FROM upkeep WHERE name = 'groups')
  )
SELECT value FROM hop WHERE value IS NOT NULL
UNION
SELECT said.value
FROM stale CROSS JOIN r, json_each(r.properties) AS said
WHERE r.session_id = stale.session_id AND replace(said.key, '_', '-') = :name
ORDER BY 1
LIMIT :limit
