-- Which traces go on with a trace, or with one that does?
WITH RECURSIVE linking (trace_id) AS (
  SELECT trace_id FROM trace_link WHERE linked_trace_id = :trace_id
  UNION
  SELECT trace_link.trace_id
  FROM linking JOIN trace_link ON trace_link.linked_trace_id = linking.trace_id
  LIMIT :most
)
SELECT trace_id FROM linking WHERE trace_id <> :trace_id
