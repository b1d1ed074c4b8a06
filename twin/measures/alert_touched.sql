-- alert_touched.sql: events of which something came into force after a moment, by what had happened and been recorded.
-- param   after     TIMESTAMPTZ  UTC  later than this
-- param   as_of     TIMESTAMPTZ  UTC  and by then
-- reads   events, event_stages, dispatches, feedbacks, quarantine
-- column  event_id  VARCHAR      -    event
-- rows    one per event, by id
WITH told AS (
    SELECT event_id, occurred_at, recorded_at FROM events
    UNION ALL SELECT event_id, occurred_at, recorded_at FROM event_stages
    UNION ALL SELECT event_id, occurred_at, recorded_at FROM feedbacks
    UNION ALL SELECT event_id, told_at, recorded_at FROM feedbacks WHERE told_at IS NOT NULL
    UNION ALL SELECT event_id, occurred_at, recorded_at FROM dispatches
    UNION ALL SELECT event_id, acked_at, recorded_at FROM dispatches WHERE acked_at IS NOT NULL
    UNION ALL SELECT event_id, arrived_at, recorded_at FROM dispatches WHERE arrived_at IS NOT NULL
    UNION ALL SELECT event_id, done_at, recorded_at FROM dispatches WHERE done_at IS NOT NULL
    UNION ALL SELECT subject_id, occurred_at, recorded_at FROM quarantine
              WHERE table_name = 'feedbacks' AND subject_id IS NOT NULL
)
SELECT DISTINCT event_id FROM told
WHERE greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of
ORDER BY event_id
