-- Replace what is kept of the groups of some sessions.
DELETE FROM session_facet
WHERE group_id IN (
  SELECT group_id FROM session_group
  WHERE session_id IN (SELECT value FROM json_each(:session_ids))
);

DELETE FROM session_group WHERE session_id IN (SELECT value FROM json_each(:session_ids));

WITH r AS NOT MATERIALIZED ($requests)
INSERT INTO session_group
SELECT
  NULL,
  session_id,
  session_name,
  casefold(session_id),
  casefold(session_name),
  min(start_ns),
  max(start_ns),
  CAST(total(end_ns - start_ns) AS INTEGER),
  count(*),
  CAST(total(cost_nano_usd) AS INTEGER),
  CAST(total(input_tokens) AS INTEGER),
  CAST(total(output_tokens) AS INTEGER),
  json_group_array(DISTINCT coalesce(user_id, ''))
FROM json_each(:session_ids) AS wanted CROSS JOIN r
WHERE session_id = wanted.value
GROUP BY session_id, session_name;

WITH
  r AS MATERIALIZED (
    SELECT
      q.request_number,
      g.group_id,
      g.requests,
      q.path,
      q.user_id,
      upper(q.provider) AS provider,
      coalesce(q.response_model, q.request_model) AS model,
      q.properties
    FROM json_each(:session_ids) AS wanted
    CROSS JOIN ($requests) AS q
    JOIN session_group AS g USING (session_id, session_name)
    WHERE q.session_id = wanted.value
  ),
  said AS (
    -- Of two spellings of a property's name the first counts, as it does when it is asked for.
    SELECT group_id, requests, key, value FROM (
      SELECT r.group_id, r.requests, replace(p.key, '_', '-') AS key, p.value AS value, min(p.id)
      FROM r, json_each(r.properties) AS p
      GROUP BY r.request_number, replace(p.key, '_', '-')
    )
    UNION ALL
    SELECT group_id, requests, '#path', path FROM r
    UNION ALL
    SELECT group_id, requests, '#user', user_id FROM r WHERE user_id IS NOT NULL
    UNION ALL
    SELECT group_id, requests, '#provider', provider FROM r WHERE provider IS NOT NULL
    UNION ALL
    SELECT group_id, requests, '#model', model FROM r WHERE model IS NOT NULL
  )
INSERT INTO session_facet
SELECT key, value, group_id, count(*) = requests FROM said
GROUP BY group_id, key, value;
