-- layers/event_clocks/figures.sql: how near the clocks of open events are to their targets.
-- The clock of an event is the one of clocks_at.sql; a day ago it is judged in the same way, by what was known then.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param amber_pct INTEGER % share of the target from which a clock is amber
-- param soon_s INTEGER s how far ahead a target is near
-- param before_at TIMESTAMPTZ UTC the same time a day ago
-- param before_known_at TIMESTAMPTZ UTC what had been recorded by then was known at it
-- uses clocks_at
-- uses events_at AS before AT $before_at, $before_known_at
-- uses heard_at AS heard_before AT $before_at, $before_known_at
-- reads event_facts
-- column figure VARCHAR - next_breach_s, clocks_amber, clocks_red, clocks_soon
-- column value DOUBLE s|events null for a time that no event has left
-- column value_why VARCHAR - no-clock-in-time if that is why; else empty
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE events by the same time a day ago, as known then; null if unknown
-- column compare_kind VARCHAR - yesterday; empty of a time
-- column compare_why VARCHAR - no-history if nothing was known then; else empty
-- column better VARCHAR - lower, but of a time higher
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows four, in that order
WITH as_now AS (
    SELECT min(CASE WHEN left_s > 0 THEN left_s END) AS next_s, count(CASE WHEN state = 'amber' THEN 1 END) AS n_amber,
           count(CASE WHEN state = 'red' THEN 1 END) AS n_red,
           count(CASE WHEN left_s > 0 AND left_s <= $soon_s THEN 1 END) AS n_soon
    FROM clocks_at WHERE mode = $mode AND ($district = '' OR district_id = $district
           OR array_contains($zone_streets, street_code))
), day_ago AS (
    SELECT CAST(age_s AS BIGINT) AS elapsed_s,
           CAST(CASE WHEN is_acked THEN closure_target_s ELSE response_target_s END AS BIGINT) AS target_s
    FROM before WHERE mode = $mode AND is_open AND ($district = '' OR district_id = $district
           OR array_contains($zone_streets, street_code))
), as_then AS (
    SELECT count(CASE WHEN elapsed_s < target_s AND 100 * elapsed_s >= $amber_pct * target_s THEN 1 END) AS n_amber,
           count(CASE WHEN elapsed_s >= target_s THEN 1 END) AS n_red,
           count(CASE WHEN elapsed_s < target_s AND target_s - elapsed_s <= $soon_s THEN 1 END) AS n_soon
    FROM day_ago
), figures AS (
    SELECT 1 AS place, 'next_breach_s' AS figure, CAST(as_now.next_s AS DOUBLE) AS value, 'duration' AS format, '' AS unit,
           CAST(NULL AS DOUBLE) AS compare, '' AS compare_kind, 'higher' AS better
    FROM as_now
    UNION ALL
    SELECT 2, 'clocks_amber', CAST(as_now.n_amber AS DOUBLE), 'count', 'unit-events', CAST(as_then.n_amber AS DOUBLE), 'yesterday', 'lower'
    FROM as_now CROSS JOIN as_then
    UNION ALL
    SELECT 3, 'clocks_red', CAST(as_now.n_red AS DOUBLE), 'count', 'unit-events', CAST(as_then.n_red AS DOUBLE), 'yesterday', 'lower'
    FROM as_now CROSS JOIN as_then
    UNION ALL
    SELECT 4, 'clocks_soon', CAST(as_now.n_soon AS DOUBLE), 'count', 'unit-events', CAST(as_then.n_soon AS DOUBLE), 'yesterday', 'lower'
    FROM as_now CROSS JOIN as_then
)
SELECT figure, value, CASE WHEN figure = 'next_breach_s' AND value IS NULL THEN 'no-clock-in-time' ELSE '' END AS value_why, format, unit,
       CASE WHEN heard_before.is_heard THEN compare END AS compare, compare_kind,
       CASE WHEN heard_before.is_heard OR compare_kind = '' THEN '' ELSE 'no-history' END AS compare_why, better,
       CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high
FROM figures CROSS JOIN heard_before ORDER BY place
