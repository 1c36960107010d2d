-- Which trace does a trace go on with? The one it links to, unless that one names its session.
SELECT link.linked_trace_id
FROM trace_link AS link
LEFT JOIN trace_link AS linked ON linked.trace_id = link.linked_trace_id
WHERE
  link.trace_id = :trace_id
  AND link.linked_trace_id IS NOT NULL
  AND coalesce(linked.names_session, 0) = 0
