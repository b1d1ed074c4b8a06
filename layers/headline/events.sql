-- layers/headline/events.sql: events of today, and events open now, each beside its like period and its last 24 hours; of
-- those open, the ones whose closing was refused because its moments made no sense.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- uses events_at
-- uses events_at AS week_ago AT $as_of - INTERVAL 168 HOUR, $known_at - INTERVAL 168 HOUR
-- uses open_spans
-- reads event_facts
-- column figure VARCHAR - events_today, open_now, closings_refused
-- column value DOUBLE events null if no event is known of the last eight days
-- column form VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE events today: by the same time a week ago, as known then; open: a day ago, as known then; null if unknown
-- column compare_kind VARCHAR - last_week, yesterday, or empty
-- column better VARCHAR - lower
-- column trace DOUBLE[] events by hour, the last 24 hours, oldest first: events that happened; events open at the hour's end
-- column usual_low DOUBLE events/h lower quartile of the hours of the seven days before; null for open_now
-- column usual_high DOUBLE events/h upper quartile of the same
-- rows events_today, open_now, and closings_refused if there is any, in that order
WITH lately AS (
    SELECT occurred_at, (epoch_us($as_of) - epoch_us(occurred_at)) // 3600000000 AS hours_ago
    FROM events_at WHERE mode = $mode AND occurred_at > $as_of - INTERVAL 192 HOUR
), counted AS (
    SELECT CASE WHEN count(*) > 0 THEN count(CASE WHEN occurred_at >= $day_from THEN 1 END) END AS today FROM lately
), like_day AS (
    SELECT count(*) AS n FROM week_ago WHERE mode = $mode AND occurred_at >= $day_from - INTERVAL 168 HOUR
), every_hour AS (
    SELECT all_hours.h AS hours_ago, count(lately.hours_ago) AS n
    FROM range(0, 192) AS all_hours(h) LEFT JOIN lately ON lately.hours_ago = all_hours.h
    WHERE all_hours.h <= (SELECT max(hours_ago) FROM lately)
    GROUP BY all_hours.h
), spread AS (
    SELECT array_agg(CAST(n AS DOUBLE) ORDER BY hours_ago DESC) FILTER (WHERE hours_ago < 24) AS trace,
           percentile_cont(0.25) WITHIN GROUP (ORDER BY CASE WHEN hours_ago >= 24 THEN n END) AS low,
           percentile_cont(0.75) WITHIN GROUP (ORDER BY CASE WHEN hours_ago >= 24 THEN n END) AS high
    FROM every_hour
), open_lately AS (
    SELECT open_from_us, open_to_us, refused_from_us FROM open_spans WHERE mode = $mode
), open_by_hour AS (
    SELECT all_hours.h AS hours_ago, count(open_lately.open_from_us) AS n
    FROM range(0, 25) AS all_hours(h) LEFT JOIN open_lately
      ON open_lately.open_from_us <= epoch_us($as_of) - all_hours.h * 3600000000
     AND open_lately.open_to_us > epoch_us($as_of) - all_hours.h * 3600000000
    GROUP BY all_hours.h
), open_spread AS (
    SELECT array_agg(CAST(n AS DOUBLE) ORDER BY hours_ago DESC) FILTER (WHERE hours_ago < 24) AS trace,
           max(CASE WHEN hours_ago = 0 THEN n END) AS now, max(CASE WHEN hours_ago = 24 THEN n END) AS day_ago
    FROM open_by_hour
), refused AS (
    SELECT count(*) AS n FROM open_lately
    WHERE open_from_us <= epoch_us($as_of) AND open_to_us > epoch_us($as_of) AND refused_from_us <= epoch_us($as_of)
), figures AS (
    SELECT 1 AS place, 'events_today' AS figure, CAST(counted.today AS DOUBLE) AS value,
           CAST(nullif(like_day.n, 0) AS DOUBLE) AS compare, 'last_week' AS compare_kind, spread.trace, spread.low, spread.high
    FROM counted CROSS JOIN spread CROSS JOIN like_day
    UNION ALL
    SELECT 2, 'open_now', CASE WHEN counted.today IS NOT NULL OR open_spread.now > 0 THEN CAST(open_spread.now AS DOUBLE) END,
           CAST(nullif(open_spread.day_ago, 0) AS DOUBLE), 'yesterday', open_spread.trace, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
    FROM counted CROSS JOIN open_spread
    UNION ALL
    SELECT 3, 'closings_refused', CAST(refused.n AS DOUBLE), CAST(NULL AS DOUBLE), '', CAST(NULL AS DOUBLE[]),
           CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
    FROM refused WHERE refused.n > 0
)
SELECT figure, value, 'count' AS form, 'unit-events' AS unit, compare, compare_kind, 'lower' AS better, trace,
       low AS usual_low, high AS usual_high
FROM figures ORDER BY place
