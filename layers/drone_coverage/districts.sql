-- layers/drone_coverage/districts.sql: what drones saw of each district in the last 60 minutes, and its own aircraft.
-- uses sights_at
-- uses fleet_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- param drone_docked_s INTEGER s an aircraft on the ground is lost after this silence
-- reads coverage, districts, drone_states, drones
-- column id VARCHAR - what to pick on the map
-- column district_id VARCHAR - district
-- column kind VARCHAR - district
-- column name VARCHAR - name as the city writes it
-- column name_en VARCHAR - its name in English
-- column seen_pct DOUBLE % cells of it seen, of all its cells; null without an outline, or where no cell of the city was seen in 24 h
-- column n_flying BIGINT aircraft of it in the air; null if the register is empty
-- column n_registered BIGINT aircraft integrated that have their home in it; null if the register is empty
-- rows districts with an outline, most seen first, then by id
WITH seen AS (
    SELECT district_id, count(CASE WHEN seen_at > $as_of - INTERVAL 60 MINUTE THEN 1 END) AS n_hour, count(*) AS n_day
    FROM sights_at WHERE district_id IS NOT NULL GROUP BY district_id
), day AS (
    SELECT coalesce(sum(n_day), 0) AS n_day FROM seen
), fleet AS (
    SELECT district_id, count(CASE WHEN is_integrated THEN 1 END) AS n_registered,
           count(CASE WHEN is_integrated AND is_flying THEN 1 END) AS n_flying
    FROM fleet_at GROUP BY district_id
), register AS (
    SELECT count(*) AS n FROM fleet_at
)
SELECT 'districts:' || districts.district_id AS id, districts.district_id, districts.kind, districts.name, districts.name_en,
       CAST(CASE WHEN day.n_day > 0 THEN 100.0 * coalesce(seen.n_hour, 0) / districts.n_cells END AS DOUBLE) AS seen_pct,
       CASE WHEN register.n > 0 THEN coalesce(fleet.n_flying, 0) END AS n_flying,
       CASE WHEN register.n > 0 THEN coalesce(fleet.n_registered, 0) END AS n_registered
FROM districts CROSS JOIN day CROSS JOIN register
LEFT JOIN seen ON seen.district_id = districts.district_id LEFT JOIN fleet ON fleet.district_id = districts.district_id
WHERE districts.n_cells > 0 AND districts.kind = 'district'
ORDER BY seen_pct DESC NULLS LAST, districts.district_id
