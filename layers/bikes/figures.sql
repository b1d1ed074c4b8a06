-- layers/bikes/figures.sql: piles that stand now and the bikes in them, piles of today, and cells in which they come again.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param lost_s INTEGER s a pile is lost after so long without a picture
-- param hot_days INTEGER days in which piles of one cell count together
-- param hot_times INTEGER times from so many piles on a cell is a hot spot
-- uses bike_clusters_at
-- reads bike_clusters, detections
-- column figure VARCHAR - piles_now, bikes_piled, piles_today, piles_hot
-- column value DOUBLE piles|bikes|places null while no camera has seen a bike
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - lower
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows four, in that order
WITH heard AS (
    SELECT EXISTS (SELECT 1 FROM detections WHERE class = 'bicycle' AND occurred_at <= $as_of AND recorded_at <= $known_at) AS is_any
), cells AS (
    SELECT cell_x, cell_y, count(*) AS n FROM bike_clusters_at
    WHERE first_seen_at > $as_of - INTERVAL 24 HOUR * $hot_days GROUP BY cell_x, cell_y
), counted AS (
    SELECT count(CASE WHEN state = 'there' THEN 1 END) AS now, coalesce(sum(CASE WHEN state = 'there' THEN n_bikes END), 0) AS bikes,
           count(CASE WHEN first_seen_at >= $day_from THEN 1 END) AS today
    FROM bike_clusters_at
), hot AS (
    SELECT count(CASE WHEN n >= $hot_times THEN 1 END) AS n FROM cells
), figures AS (
    SELECT 1 AS place, 'piles_now' AS figure, now AS value, 'unit-piles' AS unit FROM counted
    UNION ALL SELECT 2, 'bikes_piled', CAST(bikes AS BIGINT), 'unit-bikes' FROM counted
    UNION ALL SELECT 3, 'piles_today', today, 'unit-piles' FROM counted
    UNION ALL SELECT 4, 'piles_hot', n, 'unit-spots' FROM hot
)
SELECT figure, CASE WHEN heard.is_any THEN CAST(value AS DOUBLE) END AS value, 'count' AS format, unit, CAST(NULL AS DOUBLE) AS compare,
       '' AS compare_kind, 'lower' AS better, CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low,
       CAST(NULL AS DOUBLE[]) AS usual_high
FROM figures CROSS JOIN heard ORDER BY place
