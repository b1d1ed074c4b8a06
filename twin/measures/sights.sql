-- sights.sql: heartbeats of cameras that look at the ground, up to one moment, as known at another.
-- param since TIMESTAMPTZ UTC later than this
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- reads drone_states
-- column drone_id VARCHAR - aircraft
-- column occurred_at TIMESTAMPTZ UTC when
-- column recorded_at TIMESTAMPTZ UTC when it was known
-- column lon_ud INTEGER 1e-6deg longitude, WGS 84
-- column lat_ud INTEGER 1e-6deg latitude, WGS 84
-- column height_m REAL m above ground
-- column heading_deg REAL deg course, clockwise from north
-- column pitch_deg REAL deg camera, -90 straight down
-- column fov_deg REAL deg camera's horizontal field of view
-- rows one per heartbeat with the camera on, by aircraft and time
SELECT drone_id, occurred_at, recorded_at, lon_ud, lat_ud, height_m, heading_deg, pitch_deg, fov_deg
FROM drone_states
WHERE occurred_at > $since AND occurred_at <= $as_of AND recorded_at <= $known_at
  AND pitch_deg IS NOT NULL AND fov_deg IS NOT NULL
ORDER BY drone_id, occurred_at
