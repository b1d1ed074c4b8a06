-- layers/districts/now.sql: the three figures of a district: events today, first response, open now.
-- The clock counts as in headline/clocks.sql: once the target time has passed, and an
-- open event with its wait so far.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - district
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
WITH here AS (
    SELECT occurred_at, created_at, known_from, known_to, closure_s, closure_known_s, response_target_s,
           (epoch_us($as_of) - epoch_us(created_at)) // 1000000 AS age_s,
           known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at) AS is_known,
           closure_s IS NULL OR epoch_us(created_at) + CAST(closure_s AS BIGINT) * 1000000 > epoch_us($as_of)
             OR epoch_us(created_at) + CAST(closure_known_s AS BIGINT) * 1000000 > epoch_us($known_at) AS is_open,
           CASE WHEN epoch_us(created_at) + CAST(response_s AS BIGINT) * 1000000 <= epoch_us($as_of)
                 AND epoch_us(created_at) + CAST(response_known_s AS BIGINT) * 1000000 <= epoch_us($known_at) THEN response_s END AS response_s
    FROM event_facts
    WHERE mode = $mode AND district_id = $district AND occurred_at <= $as_of
), counted AS (
    SELECT count(CASE WHEN is_known AND occurred_at >= $day_from THEN 1 END) AS today,
           count(CASE WHEN occurred_at >= $day_from - INTERVAL 168 HOUR AND occurred_at <= $as_of - INTERVAL 168 HOUR
                       AND known_from <= $known_at - INTERVAL 168 HOUR
                       AND (known_to IS NULL OR known_to > $known_at - INTERVAL 168 HOUR) THEN 1 END) AS week_ago,
           count(CASE WHEN is_known AND is_open AND created_at <= $as_of THEN 1 END) AS open_now,
           count(CASE WHEN created_at <= $as_of - INTERVAL 24 HOUR AND known_from <= $known_at - INTERVAL 24 HOUR
                       AND (known_to IS NULL OR known_to > $known_at - INTERVAL 24 HOUR)
                       AND (closure_s IS NULL
                            OR epoch_us(created_at) + CAST(closure_s AS BIGINT) * 1000000 > epoch_us($as_of) - 86400000000
                            OR epoch_us(created_at) + CAST(closure_known_s AS BIGINT) * 1000000 > epoch_us($known_at) - 86400000000)
                      THEN 1 END) AS open_yesterday
    FROM here
), waits AS (
    SELECT CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(response_s, age_s)) AS DOUBLE) AS response_s,
           CAST(percentile_disc(0.5) WITHIN GROUP (ORDER BY response_target_s) AS DOUBLE) AS target_s
    FROM here WHERE is_known AND created_at >= $day_from AND age_s >= coalesce(response_target_s, 0) AND age_s >= 0
      AND (response_s IS NOT NULL OR is_open)
), figures AS (
    SELECT 1 AS place, 'district_events_today' AS figure, CAST(today AS DOUBLE) AS value, 'count' AS form, 'unit-events' AS unit,
           CAST(nullif(week_ago, 0) AS DOUBLE) AS compare, 'last_week' AS compare_kind
    FROM counted
    UNION ALL
    SELECT 2, 'district_response_p50_s', response_s, 'duration', '', target_s, 'target' FROM waits
    UNION ALL
    SELECT 3, 'district_open_now', CAST(open_now AS DOUBLE), 'count', 'unit-events', CAST(nullif(open_yesterday, 0) AS DOUBLE), 'yesterday'
    FROM counted
)
SELECT figure, value, form, unit, compare, compare_kind, 'lower' AS better, CAST(NULL AS DOUBLE[]) AS trace,
       CAST(NULL AS DOUBLE) AS usual_low, CAST(NULL AS DOUBLE) AS usual_high
FROM figures ORDER BY place
