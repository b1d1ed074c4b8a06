-- layers/districts/day.sql: today's events by hour, against the usual hour of days of the same kind.
-- Days are of two kinds, Monday to Friday and Saturday to Sunday; a usual hour is the middle half (quartiles) of that hour
-- on the days of today's kind among the 28 before. Days begin 24 h apart, counted back from the start of today.
-- The day of the week is that of day_from + 13 h in UTC: the city's own date wherever clocks are 10 h behind UTC to 13 h ahead.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - a district's id, or empty for the whole city
-- uses events_at
-- reads event_facts
-- column at TIMESTAMPTZ UTC start of the hour
-- column value DOUBLE events/h null for an hour that has not begun
-- column usual_low DOUBLE events/h lower quartile; null without a day to compare with
-- column usual_high DOUBLE events/h upper quartile
-- column is_partial BOOLEAN - the hour is not over
-- rows 24, by hour
WITH happened AS (
    SELECT CAST(floor((epoch_us(occurred_at) - epoch_us($day_from)) / 3600000000.0) AS BIGINT) AS hour_n
    FROM events_at
    WHERE mode = $mode AND occurred_at >= $day_from - INTERVAL 672 HOUR AND ($district = '' OR district_id = $district)
), counted AS (
    SELECT hour_n, count(*) AS n FROM happened GROUP BY hour_n
), days AS ( -- only days that the lake has whole
    SELECT all_days.d AS day_n, (isodow($day_from + INTERVAL 13 HOUR) + all_days.d + 34) % 7 >= 5 AS is_weekend
    FROM range(-28, 1) AS all_days(d)
    WHERE all_days.d = 0 OR all_days.d * 24 >= (SELECT min(hour_n) FROM counted)
), hours AS (
    SELECT days.day_n, all_hours.h, coalesce(counted.n, 0) AS n
    FROM days CROSS JOIN range(0, 24) AS all_hours(h)
    LEFT JOIN counted ON counted.hour_n = days.day_n * 24 + all_hours.h
    WHERE days.is_weekend = (SELECT is_weekend FROM days WHERE day_n = 0)
)
SELECT $day_from + to_hours(h) AS at,
       CASE WHEN $day_from + to_hours(h) <= $as_of THEN CAST(max(CASE WHEN day_n = 0 THEN n END) AS DOUBLE) END AS value,
       percentile_cont(0.25) WITHIN GROUP (ORDER BY CAST(CASE WHEN day_n < 0 THEN n END AS DOUBLE)) AS usual_low,
       percentile_cont(0.75) WITHIN GROUP (ORDER BY CAST(CASE WHEN day_n < 0 THEN n END AS DOUBLE)) AS usual_high,
       $day_from + to_hours(h) <= $as_of AND $day_from + to_hours(h + 1) > $as_of AS is_partial
FROM hours GROUP BY h ORDER BY h
