-- layers/alerts/figures.sql: how many alerts are open, and how many of them are of level 1, beside a day ago.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param before_at TIMESTAMPTZ UTC the same time a day ago
-- param before_known_at TIMESTAMPTZ UTC what had been recorded by then was known at it
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- uses alerts_at
-- uses alerts_at AS day_ago AT $before_at, $before_known_at
-- reads alerts, alert_rules
-- column figure VARCHAR - alerts_open, alerts_urgent
-- column value DOUBLE alerts null without any rule: then nothing is watched
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE alerts a day ago, as known then; null if none had been raised by then
-- column compare_kind VARCHAR - yesterday
-- column better VARCHAR - lower
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows two, alerts_open first
WITH at_present AS (
    SELECT count(CASE WHEN is_open THEN 1 END) AS n, count(CASE WHEN is_open AND level = 1 THEN 1 END) AS n_urgent
    FROM alerts_at WHERE mode = $mode AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
), a_day_ago AS (
    SELECT count(*) AS n_any, count(CASE WHEN is_open THEN 1 END) AS n, count(CASE WHEN is_open AND level = 1 THEN 1 END) AS n_urgent
    FROM day_ago WHERE mode = $mode AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
), rules AS (
    SELECT count(*) AS n_rules FROM alert_rules
), told AS (
    SELECT 1 AS place, 'alerts_open' AS figure, CASE WHEN n_rules > 0 THEN at_present.n END AS n, CASE WHEN n_any > 0 THEN a_day_ago.n END AS n_before
    FROM at_present CROSS JOIN a_day_ago CROSS JOIN rules
    UNION ALL
    SELECT 2, 'alerts_urgent', CASE WHEN n_rules > 0 THEN at_present.n_urgent END, CASE WHEN n_any > 0 THEN a_day_ago.n_urgent END
    FROM at_present CROSS JOIN a_day_ago CROSS JOIN rules
)
SELECT figure, CAST(n AS DOUBLE) AS value, 'count' AS format, 'unit-alerts' AS unit, CAST(n_before AS DOUBLE) AS compare,
       'yesterday' AS compare_kind, 'lower' AS better, CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low,
       CAST(NULL AS DOUBLE[]) AS usual_high
FROM told ORDER BY place
