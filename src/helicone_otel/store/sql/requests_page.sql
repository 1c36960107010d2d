SELECT
  r.*,
  (
    SELECT json_group_object(name, value) FROM request_score
    WHERE request_score.request_id = r.request_id
  ) AS scores
FROM selected AS r
ORDER BY $order, r.start_ns DESC, r.trace_id, r.span_id
LIMIT :limit OFFSET :offset
