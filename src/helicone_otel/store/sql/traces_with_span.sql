-- Which traces have a span of this id? The text is searched first, since few parts have it at all.
SELECT DISTINCT trace_part.trace_id
FROM trace_part JOIN json_each(trace_part.spans) AS item
WHERE instr(trace_part.spans, json_quote(:span_id))
AND json_extract(item.value, '$[2][0]') = :span_id
LIMIT :limit
