-- Which traces are to be derived again, now that traces have other links? These, those that go on
-- with them, and those they link to of which nothing is known so far.
WITH RECURSIVE
relinked (trace_id) AS (
  SELECT value FROM json_each(:trace_ids)
),
moved (trace_id) AS (
  SELECT relinked.trace_id FROM relinked
  UNION
  SELECT trace_link.trace_id
  FROM moved JOIN trace_link ON trace_link.linked_trace_id = moved.trace_id
  LIMIT :most
)
SELECT moved.trace_id FROM moved
UNION
SELECT link.linked_trace_id
FROM relinked JOIN trace_link AS link ON link.trace_id = relinked.trace_id
WHERE
  link.linked_trace_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM trace_link AS known WHERE known.trace_id = link.linked_trace_id)
  AND NOT EXISTS (SELECT 1 FROM doomed_trace WHERE doomed_trace.trace_id = link.linked_trace_id)
