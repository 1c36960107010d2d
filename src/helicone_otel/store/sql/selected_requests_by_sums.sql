-- Which LLM requests match, where it matters what those of their session sum to?
WITH
  r AS NOT MATERIALIZED ($requests),
  base AS (SELECT * FROM r WHERE $request_matches),
  s AS (
    SELECT
      session_id,
      session_name,
      min(start_ns) AS first_start_ns,
      max(start_ns) AS last_start_ns,
      count(*) AS requests,
      CAST(total(cost_nano_usd) AS INTEGER) AS cost_nano_usd,
      CAST(total(input_tokens) AS INTEGER) AS input_tokens,
      CAST(total(output_tokens) AS INTEGER) AS output_tokens
    FROM base
    GROUP BY session_id, session_name
  ),
  selected AS (
    SELECT r.*
    FROM base AS r
    JOIN s ON s.session_id = r.session_id AND s.session_name = r.session_name
    WHERE $exact
  )
