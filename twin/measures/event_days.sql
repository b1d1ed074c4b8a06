-- event_days.sql: days in which versions of events occurred.
-- param   ids       VARCHAR[]    -    events; null for all
-- param   first_id  VARCHAR      -    least of ids: what lies outside need not be read; null for all
-- param   last_id   VARCHAR      -    greatest of ids; null for all
-- reads   events
-- column  day       TIMESTAMPTZ  UTC  start of a day, UTC
-- rows    one per day, oldest first
SELECT DISTINCT date_trunc('day', occurred_at) AS day
FROM events
WHERE ($first_id IS NULL OR event_id >= $first_id) AND ($last_id IS NULL OR event_id <= $last_id)
  AND ($ids IS NULL OR event_id IN (SELECT unnest($ids)))
ORDER BY day
