-- layers/drone_coverage/drones.sql: where each aircraft is that is heard of, and what it is doing.
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
-- column angle_deg DOUBLE deg course, counter-clockwise from north; sent as `angle`
-- column height_m REAL m above ground
-- column speed_mps REAL m/s over ground
-- column battery_pct INTEGER % charge left
-- column use_case VARCHAR - main use by the register; null if it is not there
-- column district_id VARCHAR - home district by the register
-- column age_s INTEGER s since it was heard
-- rows one per integrated aircraft heard of in time, those in the air last (so that they are drawn on top), then by id
WITH heard AS (
    SELECT drone_id, occurred_at, lon_ud, lat_ud, mode, heading_deg, height_m, speed_mps, battery_pct,
           row_number() OVER (PARTITION BY drone_id ORDER BY occurred_at DESC) AS nth
    FROM drone_states
    WHERE occurred_at > $as_of - to_seconds(greatest($drone_flying_s, $drone_docked_s)) AND occurred_at <= $as_of AND recorded_at <= $known_at
), register AS (
    SELECT drone_id, district_id, use_case, is_integrated, row_number() OVER (PARTITION BY drone_id ORDER BY version DESC) AS nth
    FROM drones WHERE recorded_at <= $known_at
), newest AS (
    SELECT heard.drone_id, heard.lon_ud, heard.lat_ud, heard.mode, heard.heading_deg, heard.height_m, heard.speed_mps, heard.battery_pct,
           register.use_case, register.district_id, (epoch_us($as_of) - epoch_us(heard.occurred_at)) // 1000000 AS age_s,
           heard.mode IN ('flying', 'returning') AS is_flying
    FROM heard JOIN register ON register.drone_id = heard.drone_id AND register.nth = 1 AND register.is_integrated
    WHERE heard.nth = 1
)
SELECT drone_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, mode AS state, CASE WHEN is_flying THEN 'drone' ELSE 'dock' END AS mark,
       CASE WHEN is_flying AND heading_deg > 0 THEN CAST(360.0 - heading_deg AS DOUBLE) ELSE 0.0 END AS angle_deg, height_m, speed_mps,
       CAST(battery_pct AS INTEGER) AS battery_pct, use_case, district_id, CAST(age_s AS INTEGER) AS age_s
FROM newest WHERE age_s <= CASE WHEN is_flying THEN $drone_flying_s ELSE $drone_docked_s END
ORDER BY is_flying, drone_id
