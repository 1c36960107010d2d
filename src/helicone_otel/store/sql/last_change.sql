-- Which change came last? 0 before the first.
SELECT coalesce(max(change_id), 0) AS change_id FROM session_change
