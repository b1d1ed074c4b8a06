-- touched_months.sql: months whose events have news since a moment.
-- param   since       TIMESTAMPTZ  UTC  rows recorded from then on are news
-- param   everything  BOOLEAN      -    every event counts as having news
-- reads   events, event_stages, dispatches, feedbacks
-- column  month_from  TIMESTAMPTZ  UTC  start of a month in which a touched event occurred
-- rows    one per month, oldest first
WITH touched AS (
    SELECT event_id FROM events WHERE NOT $everything AND recorded_at >= $since
    UNION
    SELECT event_id FROM event_stages WHERE NOT $everything AND recorded_at >= $since
    UNION
    SELECT event_id FROM dispatches WHERE NOT $everything AND recorded_at >= $since
    UNION
    SELECT event_id FROM feedbacks WHERE NOT $everything AND recorded_at >= $since
)
SELECT DISTINCT date_trunc('month', events.occurred_at) AS month_from
FROM events
LEFT JOIN touched ON touched.event_id = events.event_id
WHERE $everything OR touched.event_id IS NOT NULL
ORDER BY month_from
