-- event_days.sql: days in which versions of events occurred, and how many.
-- param   ids       VARCHAR[]    -    events; null for all
-- param   first_id  VARCHAR      -    least of ids: what lies outside need not be read; null for all
-- param   last_id   VARCHAR      -    greatest of ids; null for all
-- reads   events
-- column  day       TIMESTAMPTZ  UTC  start of a day, UTC
-- column  n         BIGINT       versions  versions of events that occurred on it
-- rows    one per day, oldest first
SELECT date_trunc('day', occurred_at) AS day, count(*) AS n
FROM events
WHERE ($first_id IS NULL OR event_id >= $first_id) AND ($last_id IS NULL OR event_id <= $last_id)
  AND ($ids IS NULL OR event_id IN (SELECT unnest($ids)))
GROUP BY date_trunc('day', occurred_at)
ORDER BY day
