-- layers/headline/events.sql: events of today, and events open now, each beside its like period and its last 24 hours.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- reads event_facts
-- column figure VARCHAR - events_today, open_now
-- column value DOUBLE events null if no event is known of the last eight days
-- column form VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE events today: by the same time a week ago, as known then; open: a day ago, as known then; null if unknown
-- column compare_kind VARCHAR - last_week, yesterday
-- column better VARCHAR - lower
-- column trace DOUBLE[] events by hour, the last 24 hours, oldest first: events that happened; events open at the hour's end
-- column usual_low DOUBLE events/h lower quartile of the hours of the seven days before; null for open_now
-- column usual_high DOUBLE events/h upper quartile of the same
-- rows two, in the order events_today, open_now
WITH counted AS (
    SELECT count(*) AS n_known,
           sum(CASE WHEN occurred_at >= $day_from AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at) THEN 1 ELSE 0 END) AS today,
           sum(CASE WHEN occurred_at <= $as_of - INTERVAL 168 HOUR AND known_from <= $known_at - INTERVAL 168 HOUR
                     AND (known_to IS NULL OR known_to > $known_at - INTERVAL 168 HOUR) THEN 1 ELSE 0 END) AS week_ago
    FROM event_facts
    WHERE mode = $mode AND occurred_at >= $day_from - INTERVAL 168 HOUR AND occurred_at <= $as_of
), happened AS (
    SELECT (epoch_us($as_of) - epoch_us(occurred_at)) // 3600000000 AS hours_ago
    FROM event_facts
    WHERE mode = $mode AND occurred_at > $as_of - INTERVAL 192 HOUR AND occurred_at <= $as_of
      AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
), hours AS (
    SELECT all_hours.h AS hours_ago, count(happened.hours_ago) AS n
    FROM range(0, 192) AS all_hours(h) LEFT JOIN happened ON happened.hours_ago = all_hours.h
    WHERE all_hours.h <= (SELECT max(hours_ago) FROM happened)
    GROUP BY all_hours.h
), spread AS (
    SELECT array_agg(CAST(n AS DOUBLE) ORDER BY hours_ago DESC) FILTER (WHERE hours_ago < 24) AS trace,
           percentile_cont(0.25) WITHIN GROUP (ORDER BY CASE WHEN hours_ago >= 24 THEN n END) AS low,
           percentile_cont(0.75) WITHIN GROUP (ORDER BY CASE WHEN hours_ago >= 24 THEN n END) AS high
    FROM hours
), lately AS ( -- whatever was open at some time of the last 24 hours, by what is known now
    SELECT epoch_us(created_at) AS opened_us, known_from, known_to,
           coalesce(epoch_us(created_at) + CAST(closure_s AS BIGINT) * 1000000, epoch_us($as_of) + 1) AS closed_us,
           coalesce(epoch_us(created_at) + CAST(closure_known_s AS BIGINT) * 1000000, epoch_us($known_at) + 1) AS closing_known_us
    FROM event_facts
    WHERE mode = $mode AND created_at <= $as_of AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at - INTERVAL 24 HOUR)
      AND (closure_s IS NULL OR epoch_us(created_at) + CAST(closure_s AS BIGINT) * 1000000 > epoch_us($as_of) - 86400000000
           OR epoch_us(created_at) + CAST(closure_known_s AS BIGINT) * 1000000 > epoch_us($known_at) - 86400000000)
), open_by_hour AS (
    SELECT all_hours.h AS hours_ago, count(lately.opened_us) AS n
    FROM range(0, 25) AS all_hours(h) LEFT JOIN lately
      ON lately.opened_us <= epoch_us($as_of) - all_hours.h * 3600000000
     AND epoch_us(lately.known_from) <= epoch_us($known_at) - all_hours.h * 3600000000
     AND (lately.known_to IS NULL OR epoch_us(lately.known_to) > epoch_us($known_at) - all_hours.h * 3600000000)
     AND (lately.closed_us > epoch_us($as_of) - all_hours.h * 3600000000
          OR lately.closing_known_us > epoch_us($known_at) - all_hours.h * 3600000000)
    GROUP BY all_hours.h
), open_spread AS (
    SELECT array_agg(CAST(n AS DOUBLE) ORDER BY hours_ago DESC) FILTER (WHERE hours_ago < 24) AS trace,
           max(CASE WHEN hours_ago = 0 THEN n END) AS now, max(CASE WHEN hours_ago = 24 THEN n END) AS day_ago
    FROM open_by_hour
), both_figures AS (
    SELECT 1 AS place, 'events_today' AS figure, CAST(counted.today AS DOUBLE) AS value, CAST(nullif(counted.week_ago, 0) AS DOUBLE) AS compare,
           'last_week' AS compare_kind, spread.trace, spread.low, spread.high
    FROM counted CROSS JOIN spread
    UNION ALL
    SELECT 2, 'open_now', CASE WHEN counted.n_known > 0 OR open_spread.now > 0 THEN CAST(open_spread.now AS DOUBLE) END,
           CAST(nullif(open_spread.day_ago, 0) AS DOUBLE), 'yesterday', open_spread.trace, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
    FROM counted CROSS JOIN open_spread
)
SELECT figure, value, 'count' AS form, 'unit-events' AS unit, compare, compare_kind, 'lower' AS better, trace,
       low AS usual_low, high AS usual_high
FROM both_figures ORDER BY place
