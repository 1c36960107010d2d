-- How many requests have all these words? Counts no further than it matters.
SELECT count(*) AS requests
FROM (SELECT 1 FROM search_word WHERE search_word MATCH :words LIMIT :enough)
