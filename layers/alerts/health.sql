-- layers/alerts/health.sql: the health of our own alarms over 24 hours, each number beside its target.
-- An alarm rings when an alert is raised, and once more when it grows worse; it counts in the moment at which it was recorded.
-- Windows of ten minutes end with the moment looked at; a flood is one in which more rang for each operator than flood_from.
-- A rule chatters on a subject where its alarm on it was raised so often, within so many seconds, as the targets say.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- uses alerts_at
-- reads alerts, alarm_targets
-- column metric VARCHAR - message key of what is measured
-- column value DOUBLE see null while nothing ever rang, and without what it is worked out with
-- column target DOUBLE see null without one
-- column unit VARCHAR - name of the unit
-- column verdict VARCHAR - message key: kept, missed, or not judged
-- column standard VARCHAR - where such a target is set; null for a choice of the pack
-- column sureness VARCHAR - how sure the pack is of the target: confirmed or assumed; null without one
-- rows eight, in a set order
WITH targets AS (
    SELECT max(CASE WHEN metric = 'operators' THEN target END) AS operators,
           max(CASE WHEN metric = 'flood_from' THEN target END) AS flood_from,
           max(CASE WHEN metric = 'chatter_from' THEN target END) AS chatter_from,
           max(CASE WHEN metric = 'chatter_within' THEN target END) AS chatter_within,
           max(CASE WHEN metric = 'standing_from' THEN target END) AS standing_from
    FROM alarm_targets
), rung AS (
    SELECT what, rule_id, subject_id, level, recorded_at, (epoch_us($as_of) - epoch_us(recorded_at)) // 600000000 AS tens
    FROM alerts
    WHERE what IN ('raised', 'escalated') AND mode = $mode AND occurred_at <= $as_of AND recorded_at <= $known_at
      AND recorded_at > $as_of - INTERVAL 24 HOUR AND recorded_at <= $as_of
), windows AS (
    SELECT tens, count(*) AS n FROM rung GROUP BY tens
), loads AS (
    SELECT max(n) AS most, count(CASE WHEN n > targets.flood_from * targets.operators THEN 1 END) AS n_floods
    FROM windows CROSS JOIN targets
), mixed AS (
    SELECT count(*) AS n, count(CASE WHEN level = 1 THEN 1 END) AS n_high, count(CASE WHEN level = 2 THEN 1 END) AS n_medium,
           count(CASE WHEN level > 2 THEN 1 END) AS n_low
    FROM rung
), again AS (
    SELECT a.rule_id, a.subject_id, a.recorded_at, count(*) AS n
    FROM rung AS a JOIN rung AS b ON b.rule_id = a.rule_id AND b.subject_id = a.subject_id AND b.what = 'raised'
    CROSS JOIN targets
    WHERE a.what = 'raised' AND b.recorded_at <= a.recorded_at
      AND epoch_us(a.recorded_at) - epoch_us(b.recorded_at) <= 1000000 * targets.chatter_within
    GROUP BY a.rule_id, a.subject_id, a.recorded_at
), chattering AS (
    SELECT DISTINCT again.rule_id, again.subject_id FROM again CROSS JOIN targets WHERE again.n >= targets.chatter_from
), chatter AS (
    SELECT count(*) AS n FROM chattering
), standing AS (
    SELECT count(CASE WHEN is_open AND epoch_us($as_of) - epoch_us(raised_at) > 3600000000 * targets.standing_from THEN 1 END) AS n,
           count(*) AS n_ever
    FROM alerts_at CROSS JOIN targets WHERE mode = $mode
), measured AS (
    SELECT 1 AS place, 'per_10_min' AS metric, mixed.n / 144.0 / targets.operators AS value, 'alarms per operator' AS unit, 1 AS sign
    FROM mixed CROSS JOIN targets
    UNION ALL SELECT 2, 'flood_from', coalesce(loads.most, 0) / targets.operators, 'alarms per operator', 1 FROM loads CROSS JOIN targets
    UNION ALL SELECT 3, 'flood_share', 100.0 * loads.n_floods / 144, '%', 1 FROM loads
    UNION ALL SELECT 4, 'chatter_from', CASE WHEN targets.chatter_from IS NOT NULL THEN chatter.n END, 'rules', 0
              FROM chatter CROSS JOIN targets
    UNION ALL SELECT 5, 'standing_from', CASE WHEN targets.standing_from IS NOT NULL THEN standing.n END, 'alerts', 0
              FROM standing CROSS JOIN targets
    UNION ALL SELECT 6, 'high_share', CASE WHEN n > 0 THEN 100.0 * n_high / n END, '%', 1 FROM mixed
    UNION ALL SELECT 7, 'medium_share', CASE WHEN n > 0 THEN 100.0 * n_medium / n END, '%', 1 FROM mixed
    UNION ALL SELECT 8, 'low_share', CASE WHEN n > 0 THEN 100.0 * n_low / n END, '%', -1 FROM mixed
), beside AS (
    SELECT m.place, m.metric, CASE WHEN standing.n_ever > 0 THEN round(CAST(m.value AS DOUBLE), 12) END AS value,
           CASE WHEN m.sign = 0 THEN CAST(0 AS DOUBLE) ELSE t.target END AS target, m.unit, m.sign, t.standard, t.status AS sureness
    FROM measured AS m CROSS JOIN standing LEFT JOIN alarm_targets AS t ON t.metric = m.metric
)
SELECT 'alerts-metric-' || metric AS metric, value, target, unit,
       CASE WHEN value IS NULL OR target IS NULL THEN 'alerts-not-judged'
            WHEN sign >= 0 AND value <= target THEN 'alerts-kept' WHEN sign < 0 AND value >= target THEN 'alerts-kept'
            ELSE 'alerts-missed' END AS verdict,
       standard, sureness
FROM beside ORDER BY place
