-- What do the matching requests of each session id and name sum to? Groups that match as a whole
-- are as they are kept; those of which only a part may match, and stale ones, are summed anew.
WITH
  r AS NOT MATERIALIZED ($requests),
  stale AS (
    SELECT session_id FROM session_change
    WHERE change_id > (SELECT through_change_id FROM upkeep WHERE name = 'groups')
  ),
  whole AS (
    SELECT
      session_id, session_name, first_start_ns, last_start_ns, latency_ns, requests,
      cost_nano_usd, input_tokens, output_tokens, user_ids
    FROM session_group AS g
    WHERE $all_match AND session_id NOT IN (SELECT session_id FROM stale)
  ),
  part AS (
    SELECT session_id, session_name FROM session_group AS g
    WHERE
      ($unsure)
      AND $any_may_match
      AND NOT $all_match
      AND session_id NOT IN (SELECT session_id FROM stale)
    UNION ALL
    SELECT session_id, NULL FROM stale
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
    FROM part CROSS JOIN r
    WHERE
      r.session_id = part.session_id
      AND (part.session_name IS NULL OR r.session_name = part.session_name)
      AND $request_matches
    GROUP BY r.session_id, r.session_name
  )
