-- Which traces of a session have spans that are not derived yet?
SELECT trace_id
FROM session_slice
JOIN pending_trace USING (trace_id)
WHERE session_slice.session_id = :session_id
