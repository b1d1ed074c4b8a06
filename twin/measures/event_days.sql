-- event_days.sql: days in which versions of events occurred.
-- param   ids   VARCHAR[]    -    events; null for all
-- reads   events
-- column  day   TIMESTAMPTZ  UTC  start of a day, UTC
-- rows    one per day, oldest first
WITH wanted AS (
    SELECT unnest($ids) AS event_id
), days AS (
    SELECT DISTINCT date_trunc('day', occurred_at) AS day FROM events
    JOIN wanted ON wanted.event_id = events.event_id WHERE $ids IS NOT NULL
    UNION
    SELECT DISTINCT date_trunc('day', occurred_at) FROM events WHERE $ids IS NULL
)
SELECT day FROM days ORDER BY day
