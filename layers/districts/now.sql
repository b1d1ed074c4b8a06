-- layers/districts/now.sql: the three figures of a district: events today, first response, open now.
-- The clock counts as in headline/clocks.sql: once the target time has passed, and an
-- open event with its wait so far.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - district
-- uses events_at
-- uses events_at AS week_ago AT $as_of - INTERVAL 168 HOUR, $known_at - INTERVAL 168 HOUR
-- uses open_spans
-- reads event_facts
-- column figure VARCHAR - district_events_today, district_response_p50_s, district_open_now
-- column value DOUBLE events|s null for a response that nobody can know yet
-- column form VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE events|s events: by the same time a week ago, as known then; response: its target; open: a day ago
-- column compare_kind VARCHAR - last_week, target, yesterday
-- column better VARCHAR - lower
-- column trace DOUBLE[] - null: the panel shows the day as a trend
-- column usual_low DOUBLE - null
-- column usual_high DOUBLE - null
-- rows three, in that order
WITH today AS (
    SELECT count(*) AS n FROM events_at WHERE mode = $mode AND district_id = $district AND occurred_at >= $day_from
), like_day AS (
    SELECT count(*) AS n FROM week_ago
    WHERE mode = $mode AND district_id = $district AND occurred_at >= $day_from - INTERVAL 168 HOUR
), counted AS (
    SELECT count(CASE WHEN open_from_us <= epoch_us($as_of) AND open_to_us > epoch_us($as_of) THEN 1 END) AS open_now,
           count(CASE WHEN open_from_us <= epoch_us($as_of) - 86400000000 AND open_to_us > epoch_us($as_of) - 86400000000
                      THEN 1 END) AS open_yesterday
    FROM open_spans WHERE mode = $mode AND district_id = $district
), waits AS (
    SELECT CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(response_s, age_s)) AS DOUBLE) AS response_s,
           CAST(percentile_disc(0.5) WITHIN GROUP (ORDER BY response_target_s) AS DOUBLE) AS target_s
    FROM events_at
    WHERE mode = $mode AND district_id = $district AND created_at >= $day_from AND created_at <= $as_of
      AND age_s >= coalesce(response_target_s, 0) AND (response_s IS NOT NULL OR (is_open AND NOT is_acked))
), figures AS (
    SELECT 1 AS place, 'district_events_today' AS figure, CAST(today.n AS DOUBLE) AS value, 'count' AS form, 'unit-events' AS unit,
           CAST(nullif(like_day.n, 0) AS DOUBLE) AS compare, 'last_week' AS compare_kind
    FROM today CROSS JOIN like_day
    UNION ALL
    SELECT 2, 'district_response_p50_s', response_s, 'duration', '', target_s, 'target' FROM waits
    UNION ALL
    SELECT 3, 'district_open_now', CAST(counted.open_now AS DOUBLE), 'count', 'unit-events',
           CAST(nullif(counted.open_yesterday, 0) AS DOUBLE), 'yesterday'
    FROM counted
)
SELECT figure, value, form, unit, compare, compare_kind, 'lower' AS better, CAST(NULL AS DOUBLE[]) AS trace,
       CAST(NULL AS DOUBLE) AS usual_low, CAST(NULL AS DOUBLE) AS usual_high
FROM figures ORDER BY place
