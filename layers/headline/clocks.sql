-- layers/headline/clocks.sql: how fast the city answers today: median of the first response, 90th percentile of closing.
-- A clock counts once its event has had its target time. If the event still waits, it counts with the time it has waited
-- so far: a slow case is never left out because it is slow. Response ends at the first acknowledgement, closing when the
-- citizen is told; both begin when the order is opened. An event closed without any acknowledgement has no response, and a
-- clock that a correction made run backwards has no length: neither counts. Nor does one whose event is closed, nobody knows
-- when; how many of today's events those are is said beside the clock, if there are any.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- uses events_at
-- uses assumed_targets
-- reads event_facts, sla_targets
-- column figure VARCHAR - response_p50_s, closure_p90_s, closed_untimed
-- column value DOUBLE s|events null while no event opened today has had its target time
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key; empty where the form writes it
-- column compare DOUBLE s|share the target, if all of them have the same; else the share of cases on time that it takes;
--        null without a target
-- column compare_kind VARCHAR - target, or on_time where targets differ: then cases are judged one by one
-- column better VARCHAR - lower
-- column trace DOUBLE[] s the same by the hour of opening, the last 24 hours, oldest first; null where no clock counts
-- column usual_low DOUBLE[] - null: by the hour there are too few to call any length usual
-- column usual_high DOUBLE[] - null
-- column n BIGINT cases of how many it is told; null for what is no length of cases
-- column n_judged BIGINT cases those of them that have a target
-- column n_on_time BIGINT cases those within their own target
-- column n_reference BIGINT cases those whose target the pack assumes: it is a reference, no rule of the city
-- rows three, in the order response_p50_s, closure_p90_s, closed_untimed; without the last where there is none
WITH opened AS (
    SELECT age_s, created_at >= $day_from AS is_today, response_target_s, closure_target_s, response_s, closure_s, is_open, is_acked,
           is_closed_untimed, coalesce(own.is_assumed, anyone.is_assumed, FALSE) AS is_reference
    FROM events_at
    LEFT JOIN assumed_targets AS own ON own.source_id = events_at.source_id AND own.priority = events_at.priority
    LEFT JOIN assumed_targets AS anyone ON anyone.source_id = '*' AND anyone.priority = events_at.priority
    WHERE mode = $mode AND created_at > $as_of - INTERVAL 26 HOUR AND created_at <= $as_of
), waits AS (
    SELECT 'response_p50_s' AS figure, is_today, age_s // 3600 AS hours_ago, response_target_s AS target_s, is_reference,
           CAST(coalesce(response_s, age_s) AS DOUBLE) AS wait_s
    FROM opened WHERE age_s >= coalesce(response_target_s, 0) AND (response_s IS NOT NULL OR (is_open AND NOT is_acked))
    UNION ALL
    SELECT 'closure_p90_s', is_today, age_s // 3600, closure_target_s, is_reference,
           CAST(coalesce(closure_s, age_s) AS DOUBLE)
    FROM opened WHERE age_s >= coalesce(closure_target_s, 0) AND (closure_s IS NOT NULL OR is_open)
), hours AS (
    SELECT figure, hours_ago, CASE WHEN figure = 'response_p50_s' THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_s)
                                   ELSE percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_s) END AS wait_s
    FROM waits GROUP BY figure, hours_ago
), names AS (
    SELECT 'response_p50_s' AS figure, 1 AS place, 0.5 AS share UNION ALL SELECT 'closure_p90_s', 2, 0.9
), every_hour AS (
    SELECT names.figure, all_hours.h AS hours_ago, hours.wait_s
    FROM names CROSS JOIN range(0, 24) AS all_hours(h)
    LEFT JOIN hours ON hours.figure = names.figure AND hours.hours_ago = all_hours.h
), spread AS (
    SELECT figure, array_agg(wait_s ORDER BY hours_ago DESC) AS trace FROM every_hour GROUP BY figure
), today AS (
    SELECT figure, CASE WHEN figure = 'response_p50_s' THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_s)
                        ELSE percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_s) END AS wait_s,
           min(target_s) AS least_s, max(target_s) AS most_s, count(*) AS n, count(target_s) AS n_judged,
           count(CASE WHEN wait_s <= target_s THEN 1 END) AS n_on_time,
           count(CASE WHEN is_reference THEN target_s END) AS n_reference
    FROM waits WHERE is_today GROUP BY figure
), untimed AS (
    SELECT count(*) AS n FROM opened WHERE is_today AND is_closed_untimed
), figures AS (
    SELECT names.place, names.figure, today.wait_s AS value, 'duration' AS format, '' AS unit,
           CASE WHEN today.n_judged = 0 THEN NULL WHEN today.least_s < today.most_s OR today.n_judged < today.n THEN names.share
                ELSE CAST(today.most_s AS DOUBLE) END AS compare,
           CASE WHEN today.least_s < today.most_s OR today.n_judged < today.n THEN 'on_time' ELSE 'target' END AS compare_kind, spread.trace,
           coalesce(today.n, 0) AS n, coalesce(today.n_judged, 0) AS n_judged, coalesce(today.n_on_time, 0) AS n_on_time,
           coalesce(today.n_reference, 0) AS n_reference
    FROM names JOIN spread ON spread.figure = names.figure LEFT JOIN today ON today.figure = names.figure
    UNION ALL
    SELECT 3, 'closed_untimed', CAST(untimed.n AS DOUBLE), 'count', 'unit-events', CAST(NULL AS DOUBLE), '',
           CAST(NULL AS DOUBLE[]), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
    FROM untimed WHERE untimed.n > 0
)
SELECT figure, value, format, unit, compare, compare_kind, 'lower' AS better, trace, CAST(NULL AS DOUBLE[]) AS usual_low,
       CAST(NULL AS DOUBLE[]) AS usual_high, n, n_judged, n_on_time, n_reference
FROM figures ORDER BY place
