EXISTS (
  SELECT 1 FROM search_document AS d
  WHERE
    d.session_id = s.session_id
    AND +d.document_id IN (SELECT rowid FROM search_word WHERE search_word MATCH $words)
)
