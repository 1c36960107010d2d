-- Remove those origins that no log record has; what came after a record is looked at once more.
DELETE FROM log_origin
WHERE
  id IN (SELECT value FROM json_each(:unused))
  AND id NOT IN (SELECT origin_id FROM log_record WHERE id > :looked_through)
