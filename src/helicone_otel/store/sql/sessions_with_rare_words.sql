s.session_id IN (
  SELECT session_id FROM search_document
  WHERE document_id IN (SELECT rowid FROM search_word WHERE search_word MATCH $words)
)
