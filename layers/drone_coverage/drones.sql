-- layers/drone_coverage/drones.sql: where each aircraft is that is heard of, and what it is doing.
-- uses fleet_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- param drone_docked_s INTEGER s an aircraft on the ground is lost after this silence
-- reads drone_states, drones
-- column drone_id VARCHAR - aircraft
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column state VARCHAR - flying, returning, docked, charging or fault; sent as `fill_color`
-- column mark VARCHAR - name of its mark: drone in the air, dock on the ground
-- column angle_deg DOUBLE deg course, counter-clockwise from north, 0 on the ground; sent as `angle`
-- column height_m REAL m above ground
-- column speed_mps REAL m/s over ground
-- column battery_pct INTEGER % charge left
-- column use_case VARCHAR - main use by the register
-- column district_id VARCHAR - home district by the register
-- column age_s INTEGER s since it was heard
-- rows one per integrated aircraft heard of in time, those in the air last (so that they are drawn on top), then by id
SELECT drone_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, mode AS state, CASE WHEN is_flying THEN 'drone' ELSE 'dock' END AS mark,
       CASE WHEN is_flying AND heading_deg > 0 THEN CAST(360.0 - heading_deg AS DOUBLE) ELSE 0.0 END AS angle_deg, height_m, speed_mps,
       CAST(battery_pct AS INTEGER) AS battery_pct, use_case, district_id, CAST(age_s AS INTEGER) AS age_s
FROM fleet_at WHERE is_online AND is_integrated
ORDER BY is_flying, drone_id
