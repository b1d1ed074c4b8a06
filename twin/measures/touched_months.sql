-- touched_months.sql: months whose events have news since a moment.
-- param   since       TIMESTAMPTZ  UTC  rows recorded from then on are news
-- reads   events, event_stages, dispatches, feedbacks
-- column  month_from  TIMESTAMPTZ  UTC  start of a month in which a touched event occurred
-- rows    one per month, oldest first
WITH touched AS (
    SELECT event_id FROM events WHERE recorded_at >= $since
    UNION
    SELECT event_id FROM event_stages WHERE recorded_at >= $since
    UNION
    SELECT event_id FROM dispatches WHERE recorded_at >= $since
    UNION
    SELECT event_id FROM feedbacks WHERE recorded_at >= $since
)
SELECT DISTINCT date_trunc('month', events.occurred_at) AS month_from
FROM events
JOIN touched ON touched.event_id = events.event_id
ORDER BY month_from
