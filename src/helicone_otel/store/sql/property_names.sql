-- Which names do properties have? Hops from name to name, for there are many values of each.
WITH RECURSIVE
  r AS NOT MATERIALIZED ($requests),
  hop (name) AS (
    SELECT min(key) FROM session_facet WHERE key >= '$$'
    UNION ALL
    SELECT (SELECT min(key) FROM session_facet WHERE key > hop.name) FROM hop WHERE name IS NOT NULL
  ),
  stale AS (
    SELECT session_id FROM session_change
    WHERE change_id > (SELECT through_change_id FROM upkeep WHERE name = 'groups')
  )
SELECT name FROM hop WHERE name IS NOT NULL
UNION
SELECT replace(said.key, '_', '-')
FROM stale CROSS JOIN r, json_each(r.properties) AS said
WHERE r.session_id = stale.session_id
