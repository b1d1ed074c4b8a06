-- layers/districts/now.sql: the three figures of a district: events today, first response, open now.
-- The clock counts as in headline/clocks.sql: once the target time has passed, and an
-- open event with its wait so far.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - a district, or a functional zone: then what lies in its streets
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param week_at TIMESTAMPTZ UTC the same time a week ago
-- param week_known_at TIMESTAMPTZ UTC what had been recorded by then was known at it
-- param week_from TIMESTAMPTZ UTC start of that day
-- param week_is_like BOOLEAN - that day is of the same kind as this one
-- param before_at TIMESTAMPTZ UTC the same time a day ago
-- param before_known_at TIMESTAMPTZ UTC what had been recorded by then was known at it
-- uses events_at
-- uses assumed_targets
-- uses events_at AS week_ago AT $week_at, $week_known_at
-- uses heard_at AS heard_week AT $week_from, $week_known_at
-- uses heard_at AS heard_before AT $before_at, $before_known_at
-- uses open_spans
-- uses placed_at
-- reads event_facts, sla_targets, districts, streets
-- column figure VARCHAR - district_events_today, district_response_p50_s, district_open_now
-- column value DOUBLE events|s null for a response that nobody can know yet, and where no event says where it was
-- column value_why VARCHAR - nothing-placed if that is why; else empty
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE events|s|share events: by the same time a week ago, as known then; response: as in headline/clocks.sql; open: a day ago
-- column compare_kind VARCHAR - last_week, target or on_time, yesterday
-- column compare_why VARCHAR - why there is nothing to compare with: special-day or no-history; else empty
-- column better VARCHAR - lower
-- column trace DOUBLE[] - null: the panel shows the day as a trend
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- column n BIGINT cases of how many it is told; null for what is no length of cases
-- column n_judged BIGINT cases those of them that have a target
-- column n_on_time BIGINT cases those within their own target
-- column n_reference BIGINT cases those whose target the pack assumes: it is a reference, no rule of the city
-- rows three, in that order
WITH today AS (
    SELECT count(*) AS n FROM events_at WHERE mode = $mode AND occurred_at >= $day_from
      AND (district_id = $district OR array_contains($zone_streets, street_code))
), like_day AS (
    SELECT count(*) AS n FROM week_ago
    WHERE mode = $mode AND occurred_at >= $week_from
      AND (district_id = $district OR array_contains($zone_streets, street_code))
), counted AS (
    SELECT count(CASE WHEN open_from_us <= epoch_us($as_of) AND open_to_us > epoch_us($as_of) THEN 1 END) AS open_now,
           count(CASE WHEN open_from_us <= epoch_us($before_at) AND open_to_us > epoch_us($before_at) THEN 1 END) AS open_yesterday
    FROM open_spans WHERE mode = $mode
      AND (district_id = $district OR array_contains($zone_streets, street_code))
), waits AS (
    SELECT CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(response_s, age_s)) AS DOUBLE) AS response_s,
           min(response_target_s) AS least_s, max(response_target_s) AS most_s, count(*) AS n, count(response_target_s) AS n_judged,
           count(CASE WHEN coalesce(response_s, age_s) <= response_target_s THEN 1 END) AS n_on_time,
           count(CASE WHEN coalesce(own.is_assumed, anyone.is_assumed) THEN response_target_s END) AS n_reference
    FROM events_at
    LEFT JOIN assumed_targets AS own ON own.source_id = events_at.source_id AND own.priority = events_at.priority
    LEFT JOIN assumed_targets AS anyone ON anyone.source_id = '*' AND anyone.priority = events_at.priority
    WHERE mode = $mode AND (district_id = $district OR array_contains($zone_streets, street_code))
      AND created_at >= $day_from AND created_at <= $as_of
      AND age_s >= coalesce(response_target_s, 0) AND (response_s IS NOT NULL OR (is_open AND NOT is_acked))
), figures AS (
    SELECT 1 AS place, 'district_events_today' AS figure, CASE WHEN placed_at.is_placed THEN CAST(today.n AS DOUBLE) END AS value,
           CASE WHEN placed_at.is_placed THEN '' ELSE 'nothing-placed' END AS value_why, 'count' AS format, 'unit-events' AS unit,
           CASE WHEN $week_is_like AND heard_week.is_heard THEN CAST(like_day.n AS DOUBLE) END AS compare,
           'last_week' AS compare_kind,
           CASE WHEN NOT $week_is_like THEN 'special-day' WHEN NOT heard_week.is_heard THEN 'no-history' ELSE '' END AS compare_why,
           CAST(NULL AS BIGINT) AS n, CAST(NULL AS BIGINT) AS n_judged, CAST(NULL AS BIGINT) AS n_on_time,
           CAST(NULL AS BIGINT) AS n_reference
    FROM today CROSS JOIN like_day CROSS JOIN heard_week CROSS JOIN placed_at
    UNION ALL
    SELECT 2, 'district_response_p50_s', response_s, '', 'duration', '',
           CASE WHEN n_judged = 0 THEN NULL WHEN least_s < most_s OR n_judged < n THEN 0.5 ELSE CAST(most_s AS DOUBLE) END,
           CASE WHEN least_s < most_s OR n_judged < n THEN 'on_time' ELSE 'target' END, '', n, n_judged, n_on_time,
           n_reference
    FROM waits
    UNION ALL
    SELECT 3, 'district_open_now', CASE WHEN placed_at.is_placed THEN CAST(counted.open_now AS DOUBLE) END,
           CASE WHEN placed_at.is_placed THEN '' ELSE 'nothing-placed' END, 'count', 'unit-events',
           CASE WHEN heard_before.is_heard THEN CAST(counted.open_yesterday AS DOUBLE) END, 'yesterday',
           CASE WHEN heard_before.is_heard THEN '' ELSE 'no-history' END,
           CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
    FROM counted CROSS JOIN heard_before CROSS JOIN placed_at
)
SELECT figure, value, value_why, format, unit, compare, compare_kind, compare_why, 'lower' AS better, CAST(NULL AS DOUBLE[]) AS trace,
       CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high, n, n_judged, n_on_time, n_reference
FROM figures ORDER BY place
