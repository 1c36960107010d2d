-- The next traces that spans came for, or that log records make.
SELECT trace_id FROM trace_part WHERE trace_id > :last
UNION
SELECT event_trace_id FROM log_record WHERE event_trace_id > :last
ORDER BY trace_id
LIMIT :limit
