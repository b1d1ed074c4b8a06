-- layers/drone_coverage/district.sql: what drones saw of a district in the last 60 minutes, and its own aircraft in the air.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param district VARCHAR - district
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- reads coverage, districts, drone_states, drones
-- column figure VARCHAR - district_seen_pct, district_drones_flying
-- column value DOUBLE %|aircraft null for a share if the district has no outline, or nothing was ever seen in it
-- column form VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - empty
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE - null
-- column usual_high DOUBLE - null
-- rows two, in that order
WITH seen AS (
    SELECT cell_x, cell_y, max(CASE WHEN seen_at > $as_of - INTERVAL 60 MINUTE THEN 1 ELSE 0 END) AS is_fresh
    FROM coverage WHERE district_id = $district AND seen_at <= $as_of
    GROUP BY cell_x, cell_y
), counted AS (
    SELECT sum(is_fresh) AS n_seen FROM seen
), heard AS (
    SELECT drone_id, mode, row_number() OVER (PARTITION BY drone_id ORDER BY occurred_at DESC) AS nth
    FROM drone_states
    WHERE occurred_at >= $as_of - to_seconds($drone_flying_s) AND occurred_at <= $as_of AND recorded_at <= $known_at
), register AS (
    SELECT drone_id, district_id, is_integrated, row_number() OVER (PARTITION BY drone_id ORDER BY version DESC) AS nth
    FROM drones WHERE recorded_at <= $known_at
), flying AS (
    SELECT count(*) AS n_flying
    FROM register JOIN heard ON heard.drone_id = register.drone_id AND heard.nth = 1 AND heard.mode IN ('flying', 'returning')
    WHERE register.nth = 1 AND register.is_integrated AND register.district_id = $district
), figures AS (
    SELECT 1 AS place, 'district_seen_pct' AS figure, 100.0 * counted.n_seen / nullif(districts.n_cells, 0) AS value, 'percent' AS form,
           'unit-percent' AS unit
    FROM districts CROSS JOIN counted WHERE districts.district_id = $district
    UNION ALL
    SELECT 2, 'district_drones_flying', n_flying, 'count', 'unit-aircraft' FROM flying
)
SELECT figure, CAST(value AS DOUBLE) AS value, form, unit, CAST(NULL AS DOUBLE) AS compare, '' AS compare_kind, '' AS better,
       CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE) AS usual_low, CAST(NULL AS DOUBLE) AS usual_high
FROM figures ORDER BY place
