-- The same where an *or* joins conditions on requests with such on sums: first sum what may
-- match, then decide on each request together with the sums of its group.
WITH
  r AS NOT MATERIALIZED ($requests),
  base AS (
    SELECT * FROM r
    WHERE
      session_id IN (
        SELECT session_id FROM session_group AS g WHERE $any_may_match
        UNION ALL
        SELECT session_id FROM session_change
        WHERE change_id > (SELECT through_change_id FROM upkeep WHERE name = 'groups')
      )
      AND $request_matches
  ),
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
  summed AS (
    SELECT
      r.session_id,
      r.session_name,
      min(r.start_ns) AS first_start_ns,
      max(r.start_ns) AS last_start_ns,
      CAST(total(r.end_ns - r.start_ns) AS INTEGER) AS latency_ns,
      count(*) AS requests,
      CAST(total(r.cost_nano_usd) AS INTEGER) AS cost_nano_usd,
      CAST(total(r.input_tokens) AS INTEGER) AS input_tokens,
      CAST(total(r.output_tokens) AS INTEGER) AS output_tokens,
      json_group_array(DISTINCT coalesce(r.user_id, '')) AS user_ids
    FROM base AS r JOIN s ON s.session_id = r.session_id AND s.session_name = r.session_name
    WHERE $exact
    GROUP BY r.session_id, r.session_name
  ),
  whole AS (SELECT * FROM summed WHERE FALSE)
