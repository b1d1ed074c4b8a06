-- layers/attention/stages.sql: open events by the stage they have reached, beside today's events that came through it.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- uses events_at
-- reads event_facts
-- column stage VARCHAR - sense, monitor, judge, warn, handle, evaluate
-- column n BIGINT events open now and in this stage; the six add up to open_now
-- column n_today BIGINT events opened today and came into this stage, open or not
-- rows six, in the order of the stages
WITH reached AS (
    SELECT is_open, created_at >= $day_from AS is_today, is_monitored, is_judged, is_warned, is_handled, is_evaluated, stage_n
    FROM events_at WHERE mode = $mode AND created_at <= $as_of AND (is_open OR created_at >= $day_from)
), stages AS (
    SELECT 1 AS place, 'sense' AS stage UNION ALL SELECT 2, 'monitor' UNION ALL SELECT 3, 'judge'
    UNION ALL SELECT 4, 'warn' UNION ALL SELECT 5, 'handle' UNION ALL SELECT 6, 'evaluate'
)
SELECT stages.stage, count(CASE WHEN reached.is_open AND reached.stage_n = stages.place THEN 1 END) AS n,
       count(CASE WHEN reached.is_today AND CASE stages.place WHEN 1 THEN TRUE WHEN 2 THEN is_monitored WHEN 3 THEN is_judged
                  WHEN 4 THEN is_warned WHEN 5 THEN is_handled ELSE is_evaluated END THEN 1 END) AS n_today
FROM stages LEFT JOIN reached ON TRUE
GROUP BY stages.place, stages.stage ORDER BY stages.place
