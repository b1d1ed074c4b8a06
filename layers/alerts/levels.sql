-- layers/alerts/levels.sql: alerts by level: open now, and how often one rang in 24 hours.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- uses alerts_at
-- reads alerts
-- column level INTEGER level 1 worst
-- column n_open BIGINT alerts open now
-- column n_unacked BIGINT alerts of those on events, the ones that no unit has acknowledged
-- column n_rung BIGINT alerts raised to this level, or worsened to it, in the 24 hours before
-- rows four, the worst first
WITH levels AS (
    SELECT 1 AS level UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
), opened AS (
    SELECT CAST(level AS INTEGER) AS level, count(*) AS n, count(CASE WHEN subject_kind = 'event' AND NOT is_acked THEN 1 END) AS n_unacked
    FROM alerts_at
    WHERE is_open AND mode = $mode AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
    GROUP BY level
), rung AS (
    SELECT CAST(level AS INTEGER) AS level, count(*) AS n
    FROM alerts
    WHERE what IN ('raised', 'escalated') AND mode = $mode AND occurred_at <= $as_of AND recorded_at <= $known_at
      AND recorded_at > $as_of - INTERVAL 24 HOUR
      AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
    GROUP BY level
)
SELECT levels.level, coalesce(opened.n, 0) AS n_open, coalesce(opened.n_unacked, 0) AS n_unacked, coalesce(rung.n, 0) AS n_rung
FROM levels LEFT JOIN opened ON opened.level = levels.level LEFT JOIN rung ON rung.level = levels.level
ORDER BY levels.level
