-- layers/headline/events.sql: events of today, and events open now, each beside its like period and its last 24 hours; of
-- those open, the ones whose closing was refused because its moments made no sense.
-- What is compared lies wholly within the data: an event was known that had happened before it began. A week ago is the same
-- time by the city's clocks, and is not compared with a day of another kind.
-- An hour is usual between the 10th and the 90th percentile of the same hour on the newest days of its day's kind, of
-- those that the data have whole; with fewer than $least_days of them there is no band.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param week_at TIMESTAMPTZ UTC the same time a week ago
-- param week_known_at TIMESTAMPTZ UTC what had been recorded by then was known at it
-- param week_from TIMESTAMPTZ UTC start of that day
-- param week_is_like BOOLEAN - that day is of the same kind as this one
-- param before_at TIMESTAMPTZ UTC the same time a day ago
-- param before_known_at TIMESTAMPTZ UTC what had been recorded by then was known at it
-- param like_today INTEGER[] h how long before this day each day like it began
-- param like_yesterday INTEGER[] h how long before the day before each day like that one began
-- param reach_hours INTEGER h how far back the last of them lies
-- param least_days INTEGER days fewer of them say nothing usual
-- uses events_at
-- uses events_at AS week_ago AT $week_at, $week_known_at
-- uses heard_at AS heard_week AT $week_from, $week_known_at
-- uses heard_at AS heard_early AT $as_of - INTERVAL 1 HOUR * $reach_hours, $known_at
-- uses heard_at AS heard_before AT $before_at, $before_known_at
-- uses open_spans
-- reads event_facts
-- column figure VARCHAR - events_today, open_now, closings_refused
-- column value DOUBLE events null if no event is known of the last eight days
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE events today: by the same time a week ago, as known then; open: a day ago, as known then; null if unknown
-- column compare_kind VARCHAR - last_week, yesterday, or empty
-- column compare_why VARCHAR - why there is nothing to compare with: special-day or no-history; else empty
-- column better VARCHAR - lower
-- column trace DOUBLE[] events by hour, the last 24 hours, oldest first: events that happened; events open at the hour's end
-- column usual_low DOUBLE[] events/h 10th percentile of the same hours on days alike; null for open_now, and with too few
-- column usual_high DOUBLE[] events/h 90th percentile of the same
-- rows events_today, open_now, and closings_refused if there is any, in that order
WITH lately AS (
    SELECT occurred_at, (epoch_us($as_of) - epoch_us(occurred_at)) // 3600000000 AS hours_ago
    FROM events_at WHERE mode = $mode AND occurred_at > $as_of - INTERVAL 1 HOUR * $reach_hours
), by_hour AS (
    SELECT hours_ago, count(*) AS n FROM lately GROUP BY hours_ago
), counted AS (
    SELECT CASE WHEN min(hours_ago) < 192 THEN count(CASE WHEN occurred_at >= $day_from THEN 1 END) END AS today,
           max(hours_ago) AS oldest
    FROM lately
), like_day AS (
    SELECT count(*) AS n FROM week_ago WHERE mode = $mode AND occurred_at >= $week_from
), shifts AS (
    SELECT TRUE AS is_today, unnest($like_today) AS shift_h UNION ALL SELECT FALSE, unnest($like_yesterday)
), like_hours AS ( -- the hour in which the data begin is not whole
    SELECT all_hours.h AS hours_ago, coalesce(by_hour.n, 0) AS n
    FROM range(0, 24) AS all_hours(h)
    JOIN shifts ON shifts.is_today = ($as_of - INTERVAL 1 HOUR * (all_hours.h + 1) >= $day_from)
    LEFT JOIN by_hour ON by_hour.hours_ago = all_hours.h + shifts.shift_h
    WHERE (SELECT is_heard FROM heard_early) OR all_hours.h + shifts.shift_h < (SELECT oldest FROM counted)
), bands AS (
    SELECT hours_ago, CASE WHEN count(*) >= $least_days THEN percentile_cont(0.1) WITHIN GROUP (ORDER BY n) END AS low,
           CASE WHEN count(*) >= $least_days THEN percentile_cont(0.9) WITHIN GROUP (ORDER BY n) END AS high
    FROM like_hours GROUP BY hours_ago
), spread AS (
    SELECT array_agg(CAST(coalesce(by_hour.n, 0) AS DOUBLE) ORDER BY all_hours.h DESC) AS trace,
           array_agg(CAST(bands.low AS DOUBLE) ORDER BY all_hours.h DESC) AS low,
           array_agg(CAST(bands.high AS DOUBLE) ORDER BY all_hours.h DESC) AS high, count(bands.low) AS n_bands
    FROM range(0, 24) AS all_hours(h) LEFT JOIN by_hour ON by_hour.hours_ago = all_hours.h
    LEFT JOIN bands ON bands.hours_ago = all_hours.h
    WHERE all_hours.h <= (SELECT oldest FROM counted)
), open_lately AS (
    SELECT open_from_us, open_to_us, refused_from_us FROM open_spans WHERE mode = $mode
), open_by_hour AS (
    SELECT all_hours.h AS hours_ago, count(open_lately.open_from_us) AS n
    FROM range(0, 24) AS all_hours(h) LEFT JOIN open_lately
      ON open_lately.open_from_us <= epoch_us($as_of) - all_hours.h * 3600000000
     AND open_lately.open_to_us > epoch_us($as_of) - all_hours.h * 3600000000
    GROUP BY all_hours.h
), open_spread AS (
    SELECT array_agg(CAST(n AS DOUBLE) ORDER BY hours_ago DESC) AS trace, max(CASE WHEN hours_ago = 0 THEN n END) AS now
    FROM open_by_hour
), open_before AS (
    SELECT count(*) AS n FROM open_lately
    WHERE open_from_us <= epoch_us($before_at) AND open_to_us > epoch_us($before_at)
), refused AS (
    SELECT count(*) AS n FROM open_lately
    WHERE open_from_us <= epoch_us($as_of) AND open_to_us > epoch_us($as_of) AND refused_from_us <= epoch_us($as_of)
), figures AS (
    SELECT 1 AS place, 'events_today' AS figure, CAST(counted.today AS DOUBLE) AS value,
           CASE WHEN $week_is_like AND heard_week.is_heard THEN CAST(like_day.n AS DOUBLE) END AS compare,
           'last_week' AS compare_kind,
           CASE WHEN NOT $week_is_like THEN 'special-day' WHEN NOT heard_week.is_heard THEN 'no-history' ELSE '' END AS compare_why,
           spread.trace, CASE WHEN spread.n_bands > 0 THEN spread.low END AS low,
           CASE WHEN spread.n_bands > 0 THEN spread.high END AS high
    FROM counted CROSS JOIN spread CROSS JOIN like_day CROSS JOIN heard_week
    UNION ALL
    SELECT 2, 'open_now', CASE WHEN counted.today IS NOT NULL OR open_spread.now > 0 THEN CAST(open_spread.now AS DOUBLE) END,
           CASE WHEN heard_before.is_heard THEN CAST(open_before.n AS DOUBLE) END, 'yesterday',
           CASE WHEN heard_before.is_heard THEN '' ELSE 'no-history' END,
           open_spread.trace, CAST(NULL AS DOUBLE[]), CAST(NULL AS DOUBLE[])
    FROM counted CROSS JOIN open_spread CROSS JOIN open_before CROSS JOIN heard_before
    UNION ALL
    SELECT 3, 'closings_refused', CAST(refused.n AS DOUBLE), CAST(NULL AS DOUBLE), '', '', CAST(NULL AS DOUBLE[]),
           CAST(NULL AS DOUBLE[]), CAST(NULL AS DOUBLE[])
    FROM refused WHERE refused.n > 0
)
SELECT figure, value, 'count' AS format, 'unit-events' AS unit, compare, compare_kind, compare_why, 'lower' AS better, trace,
       low AS usual_low, high AS usual_high
FROM figures ORDER BY place
