-- How many changed sessions has each kind of upkeep still to look at?
SELECT
  name,
  (SELECT count(*) FROM session_change WHERE change_id > through_change_id) AS sessions
FROM upkeep
