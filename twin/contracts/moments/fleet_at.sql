-- fleet_at.sql: each registered aircraft and its newest heartbeat at one moment, as known at
-- another. Integrated, online and flying are three things: an aircraft is online while it was heard
-- in time, by what it said it was doing.
-- uses drones_at
-- param   as_of           TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at        TIMESTAMPTZ  UTC  and had been recorded by then
-- param   drone_flying_s  INTEGER  s  an aircraft in the air is lost after this silence
-- param   drone_docked_s  INTEGER  s  an aircraft on the ground is lost after this silence
-- reads   drones, drone_states
-- column  drone_id       VARCHAR  -        aircraft
-- column  district_id    VARCHAR  -        home district; null where unknown
-- column  use_case       VARCHAR  -        main use
-- column  is_integrated  BOOLEAN  -        its picture and position reach the city
-- column  is_online      BOOLEAN  -        heard of in time
-- column  is_flying      BOOLEAN  -        online, and in the air
-- column  mode           VARCHAR  -        what it is doing; null if it is not online
-- column  lon_ud         INTEGER  1e-6deg  longitude, WGS 84
-- column  lat_ud         INTEGER  1e-6deg  latitude, WGS 84
-- column  heading_deg    REAL     deg      course, clockwise from north
-- column  height_m       REAL     m        above ground
-- column  speed_mps      REAL     m/s      over ground
-- column  battery_pct    TINYINT  %        charge left
-- column  age_s          BIGINT   s        since it was heard
-- rows    one per aircraft of the register, in no order; what it said is null if it is not online
WITH heard AS (
    SELECT drone_id, mode, lon_ud, lat_ud, heading_deg, height_m, speed_mps, battery_pct,
           mode IN ('flying', 'returning') AS is_flying,
           epoch_us($as_of) - epoch_us(occurred_at) AS age_us,
           row_number() OVER (PARTITION BY drone_id ORDER BY occurred_at DESC) AS nth
    FROM drone_states
    WHERE occurred_at >= $as_of - INTERVAL 1 SECOND * greatest($drone_flying_s, $drone_docked_s)
      AND occurred_at <= $as_of AND recorded_at <= $known_at
), online AS (
    SELECT drone_id, mode, lon_ud, lat_ud, heading_deg, height_m, speed_mps, battery_pct,
           is_flying, age_us
    FROM heard
    WHERE nth = 1
      AND age_us <= 1000000 * CAST(CASE WHEN is_flying THEN $drone_flying_s
                                        ELSE $drone_docked_s END AS BIGINT)
)
SELECT drones_at.drone_id, drones_at.district_id, drones_at.use_case, drones_at.is_integrated,
       online.drone_id IS NOT NULL AS is_online, coalesce(online.is_flying, FALSE) AS is_flying,
       online.mode, online.lon_ud, online.lat_ud, online.heading_deg, online.height_m,
       online.speed_mps, online.battery_pct, online.age_us // 1000000 AS age_s
FROM drones_at LEFT JOIN online ON online.drone_id = drones_at.drone_id
