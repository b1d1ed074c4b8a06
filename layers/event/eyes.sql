-- layers/event/eyes.sql: aircraft that could look at one event: those in the air whose picture reaches the city, nearest first.
-- Distances are in a straight line by the city's raster; how long one needs is at the speed that it flies at now.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param event VARCHAR - the event
-- param most INTEGER rows how many at most
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- param drone_docked_s INTEGER s an aircraft on the ground is lost after this silence
-- param raster_cell_m DOUBLE m side of a raster cell
-- param raster_dlon_ud DOUBLE udeg side of a raster cell
-- param raster_dlat_ud DOUBLE udeg side of a raster cell
-- uses events_at
-- uses fleet_at
-- reads event_facts, drones, drone_states
-- column drone_id VARCHAR - aircraft
-- column away_km DOUBLE km from the event, over ground
-- column reach_s BIGINT s at its speed now; null while it hovers
-- column battery_pct INTEGER % charge left; null where it does not say
-- column heard_s BIGINT s since it was heard
-- rows one per aircraft, nearest first; none where the event has no place, or nothing is in the air
WITH place AS (
    SELECT lon_ud, lat_ud FROM events_at
    WHERE event_id = $event AND lon_ud IS NOT NULL AND lat_ud IS NOT NULL
), apart AS (
    SELECT fleet_at.drone_id, fleet_at.speed_mps, fleet_at.battery_pct, fleet_at.age_s,
           (fleet_at.lon_ud - place.lon_ud) * $raster_cell_m / $raster_dlon_ud AS east_m,
           (fleet_at.lat_ud - place.lat_ud) * $raster_cell_m / $raster_dlat_ud AS north_m
    FROM fleet_at CROSS JOIN place WHERE fleet_at.is_flying AND fleet_at.is_integrated
), measured AS (
    SELECT drone_id, speed_mps, battery_pct, age_s, sqrt(east_m * east_m + north_m * north_m) AS away_m FROM apart
)
SELECT drone_id, away_m / 1000 AS away_km,
       CASE WHEN speed_mps >= 1 THEN CAST(round(away_m / speed_mps) AS BIGINT) END AS reach_s,
       CAST(battery_pct AS INTEGER) AS battery_pct, CAST(age_s AS BIGINT) AS heard_s
FROM measured ORDER BY away_m NULLS LAST, drone_id LIMIT $most
