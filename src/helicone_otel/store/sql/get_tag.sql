-- Which tag did a session get last?
SELECT tag FROM session_tag WHERE session_id = :session_id ORDER BY tag_id DESC LIMIT 1
