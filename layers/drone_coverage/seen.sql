-- layers/drone_coverage/seen.sql: share of the city that a camera saw in the last 60 minutes.
-- uses sights_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param raster_cell_m DOUBLE m side of a raster cell
-- reads coverage, districts
-- column figure VARCHAR - coverage_60_pct
-- column value DOUBLE % cells of the raster seen, of all cells inside a district; null if no cell of the city was seen in 24 h
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - higher
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- column of_km2 DOUBLE km2 ground that it is a share of: all districts with an outline, water and fields included
-- rows one
WITH counted AS (
    SELECT count(*) AS n_day, count(CASE WHEN seen_at > $as_of - INTERVAL 60 MINUTE THEN 1 END) AS n_hour
    FROM sights_at WHERE district_id IS NOT NULL
), whole AS (
    SELECT sum(n_cells) AS n_cells FROM districts
)
SELECT 'coverage_60_pct' AS figure,
       CAST(CASE WHEN counted.n_day > 0 THEN 100.0 * counted.n_hour / nullif(whole.n_cells, 0) END AS DOUBLE) AS value,
       'percent' AS format, 'unit-percent' AS unit, CAST(NULL AS DOUBLE) AS compare, '' AS compare_kind, 'higher' AS better,
       CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high,
       whole.n_cells * $raster_cell_m * $raster_cell_m / 1e6 AS of_km2
FROM counted CROSS JOIN whole
