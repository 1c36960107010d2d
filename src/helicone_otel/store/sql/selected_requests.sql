-- Which LLM requests match?
WITH
  r AS NOT MATERIALIZED ($requests),
  selected AS NOT MATERIALIZED (SELECT * FROM r WHERE $request_matches)
