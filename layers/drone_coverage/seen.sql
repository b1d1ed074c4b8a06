-- layers/drone_coverage/seen.sql: share of the city that a camera saw in the last 60 minutes.
-- param as_of TIMESTAMPTZ UTC end of the 60 minutes
-- reads coverage, districts
-- column figure VARCHAR - coverage_60_pct
-- column value DOUBLE % cells of the raster seen, of all cells inside a district; null if nothing was ever seen
-- column form VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null: sights older than a day are not kept, so there is no honest like period
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - higher
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE - null
-- column usual_high DOUBLE - null
-- rows one
WITH seen AS (
    SELECT cell_x, cell_y, max(CASE WHEN seen_at > $as_of - INTERVAL 60 MINUTE THEN 1 ELSE 0 END) AS is_fresh
    FROM coverage WHERE district_id IS NOT NULL AND seen_at <= $as_of
    GROUP BY cell_x, cell_y
), counted AS (
    SELECT sum(is_fresh) AS n_seen FROM seen
), whole AS (
    SELECT sum(n_cells) AS n_cells FROM districts
)
SELECT 'coverage_60_pct' AS figure, CAST(100.0 * counted.n_seen / nullif(whole.n_cells, 0) AS DOUBLE) AS value, 'percent' AS form,
       'unit-percent' AS unit, CAST(NULL AS DOUBLE) AS compare, '' AS compare_kind, 'higher' AS better, CAST(NULL AS DOUBLE[]) AS trace,
       CAST(NULL AS DOUBLE) AS usual_low, CAST(NULL AS DOUBLE) AS usual_high
FROM counted CROSS JOIN whole
