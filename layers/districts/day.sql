-- layers/districts/day.sql: today's events by hour, against the usual hour of days of the same kind.
-- The hours are those that pass: a day on which clocks change has 23 or 25, and they add up to it; the last may be shorter.
-- An hour is usual between the 10th and the 90th percentile of the hour of the same name on the newest days of today's kind
-- (workday, weekend or holiday), of those that the data have whole: an event was known that had happened before. With fewer
-- than $least_days of them there is no band.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param day_to TIMESTAMPTZ UTC its end
-- param clock_hours INTEGER[] h the hour on the city's clocks at the start of each hour of the day
-- param like_today INTEGER[] h how long before this day each day like it began
-- param reach_hours INTEGER h how far back from now the last of them lies
-- param least_days INTEGER days fewer of them say nothing usual
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- uses events_at
-- uses heard_at AS heard_early AT $as_of - INTERVAL 1 HOUR * $reach_hours, $known_at
-- uses placed_at
-- reads event_facts, districts, streets
-- column at TIMESTAMPTZ UTC start of the hour
-- column value DOUBLE events/h null for an hour that has not begun, and of a district where no event says where it was
-- column usual_low DOUBLE events/h 10th percentile; null with too few days alike
-- column usual_high DOUBLE events/h 90th percentile
-- column usual_n BIGINT days days alike that the data have whole
-- column is_partial BOOLEAN - the hour is not over
-- rows one per hour of the day, by hour
WITH happened AS (
    SELECT CAST(floor((epoch_us(occurred_at) - epoch_us($day_from)) / 3600000000.0) AS BIGINT) AS hour_n,
           $district = '' OR coalesce(district_id = $district, FALSE)
             OR coalesce(array_contains($zone_streets, street_code), FALSE) AS is_here
    FROM events_at
    WHERE mode = $mode AND occurred_at >= $as_of - INTERVAL 1 HOUR * $reach_hours
), counted AS (
    SELECT hour_n, count(CASE WHEN is_here THEN 1 END) AS n FROM happened GROUP BY hour_n
), hours AS (
    SELECT unnest(range(0, len($clock_hours))) AS nth, unnest($clock_hours) AS clock_hour
), like_days AS ( -- only days that the lake has whole
    SELECT shift_h FROM (SELECT unnest($like_today) AS shift_h) AS days
    WHERE (SELECT is_heard FROM heard_early) OR -shift_h > (SELECT min(hour_n) FROM counted)
), bands AS (
    SELECT hours.nth, percentile_cont(0.1) WITHIN GROUP (ORDER BY coalesce(counted.n, 0)) AS low,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY coalesce(counted.n, 0)) AS high
    FROM hours CROSS JOIN like_days LEFT JOIN counted ON counted.hour_n = hours.clock_hour - like_days.shift_h
    GROUP BY hours.nth
), whole AS (
    SELECT count(*) AS n FROM like_days
), drawn AS (
    SELECT hours.nth, $day_from + INTERVAL 1 HOUR * hours.nth AS at, least($day_from + INTERVAL 1 HOUR * (hours.nth + 1), $day_to) AS ends_at,
           coalesce(counted.n, 0) AS n
    FROM hours LEFT JOIN counted ON counted.hour_n = hours.nth
)
SELECT drawn.at, CASE WHEN drawn.at <= $as_of AND ($district = '' OR placed_at.is_placed) THEN CAST(drawn.n AS DOUBLE) END AS value,
       CASE WHEN whole.n >= $least_days THEN CAST(bands.low AS DOUBLE) END AS usual_low,
       CASE WHEN whole.n >= $least_days THEN CAST(bands.high AS DOUBLE) END AS usual_high,
       whole.n AS usual_n, drawn.at <= $as_of AND drawn.ends_at > $as_of AS is_partial
FROM drawn CROSS JOIN whole CROSS JOIN placed_at LEFT JOIN bands ON bands.nth = drawn.nth
ORDER BY drawn.nth
