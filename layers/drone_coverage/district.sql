-- layers/drone_coverage/district.sql: what drones saw of a district in the last 60 minutes, and its own aircraft in the air.
-- uses sights_at
-- uses fleet_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param district VARCHAR - district
-- param raster_cell_m DOUBLE m side of a raster cell
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- param drone_docked_s INTEGER s an aircraft on the ground is lost after this silence
-- reads coverage, districts, drone_states, drones
-- column figure VARCHAR - district_seen_pct, district_drones_flying
-- column value DOUBLE %|aircraft share: null if the district has no outline, or no cell of the city was seen in 24 h; aircraft: null if the register is empty
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - empty
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- column of_km2 DOUBLE km2 ground that the share is of: the whole district, water and fields included; null for aircraft
-- rows two, in that order
WITH counted AS (
    SELECT count(*) AS n_day,
           count(CASE WHEN district_id = $district AND seen_at > $as_of - INTERVAL 60 MINUTE THEN 1 END) AS n_hour
    FROM sights_at WHERE district_id IS NOT NULL
), flying AS (
    SELECT count(*) AS n_registered,
           count(CASE WHEN is_flying AND is_integrated AND district_id = $district THEN 1 END) AS n_flying
    FROM fleet_at
), figures AS (
    SELECT 1 AS place, 'district_seen_pct' AS figure,
           CASE WHEN counted.n_day > 0 THEN 100.0 * counted.n_hour / nullif(districts.n_cells, 0) END AS value,
           'percent' AS format, 'unit-percent' AS unit,
           nullif(districts.n_cells, 0) * $raster_cell_m * $raster_cell_m / 1e6 AS of_km2
    FROM counted LEFT JOIN districts ON districts.district_id = $district
    UNION ALL
    SELECT 2, 'district_drones_flying', CASE WHEN n_registered > 0 THEN n_flying END, 'count', 'unit-aircraft', NULL FROM flying
)
SELECT figure, CAST(value AS DOUBLE) AS value, format, unit, CAST(NULL AS DOUBLE) AS compare, '' AS compare_kind, '' AS better,
       CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high, of_km2
FROM figures ORDER BY place
