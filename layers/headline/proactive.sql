-- layers/headline/proactive.sql: share of today's events that the city found before anybody complained.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- uses events_at
-- uses events_at AS week_ago AT $as_of - INTERVAL 168 HOUR, $known_at - INTERVAL 168 HOUR
-- reads event_facts
-- column figure VARCHAR - proactive_pct
-- column value DOUBLE % null while today has no event
-- column form VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE % by the same time a week ago, as known then; null if unknown
-- column compare_kind VARCHAR - last_week
-- column better VARCHAR - higher
-- column trace DOUBLE[] % by hour, the last 24 hours, oldest first; null in an hour without events
-- column usual_low DOUBLE % lower quartile of the hours of the seven days before
-- column usual_high DOUBLE % upper quartile of the same
-- rows one
WITH lately AS (
    SELECT occurred_at >= $day_from AS is_today, (epoch_us($as_of) - epoch_us(occurred_at)) // 3600000000 AS hours_ago,
           CASE WHEN is_proactive THEN 100.0 ELSE 0.0 END AS found
    FROM events_at WHERE mode = $mode AND occurred_at > $as_of - INTERVAL 192 HOUR
), hours AS (
    SELECT all_hours.h AS hours_ago, avg(lately.found) AS found
    FROM range(0, 192) AS all_hours(h) LEFT JOIN lately ON lately.hours_ago = all_hours.h
    GROUP BY all_hours.h
), spread AS (
    SELECT array_agg(found ORDER BY hours_ago DESC) FILTER (WHERE hours_ago < 24) AS trace,
           percentile_cont(0.25) WITHIN GROUP (ORDER BY CASE WHEN hours_ago >= 24 THEN found END) AS low,
           percentile_cont(0.75) WITHIN GROUP (ORDER BY CASE WHEN hours_ago >= 24 THEN found END) AS high
    FROM hours
), today AS (
    SELECT avg(CASE WHEN is_today THEN found END) AS found FROM lately
), like_day AS (
    SELECT avg(CASE WHEN is_proactive THEN 100.0 ELSE 0.0 END) AS found
    FROM week_ago WHERE mode = $mode AND occurred_at >= $day_from - INTERVAL 168 HOUR
)
SELECT 'proactive_pct' AS figure, today.found AS value, 'percent' AS form, 'unit-percent' AS unit, like_day.found AS compare,
       'last_week' AS compare_kind, 'higher' AS better, spread.trace, spread.low AS usual_low, spread.high AS usual_high
FROM today CROSS JOIN like_day CROSS JOIN spread
