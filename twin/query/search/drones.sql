-- drones.sql: the register of aircraft as it is searched, each where it is, or else where its dock is.
-- uses    fleet_at
-- param   as_of           TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at        TIMESTAMPTZ  UTC  and had been recorded by then
-- param   drone_flying_s  INTEGER      s    an aircraft in the air is lost after this silence
-- param   drone_docked_s  INTEGER      s    an aircraft on the ground is lost after this silence
-- reads   drones, drone_states
-- column  id              VARCHAR      -    aircraft
-- column  model           VARCHAR      -    type of aircraft
-- column  serial          VARCHAR      -    maker's serial number
-- column  uas_id          VARCHAR      -    unique product code; null before it is issued
-- column  district_id     VARCHAR      -    home district; null where unknown
-- column  lon_ud          INTEGER      1e-6deg  longitude, WGS 84
-- column  lat_ud          INTEGER      1e-6deg  latitude, WGS 84
-- rows    one per aircraft, by id
WITH entries AS (
    SELECT drone_id, model, serial, uas_id, dock_lon_ud, dock_lat_ud,
           row_number() OVER (PARTITION BY drone_id ORDER BY version DESC) AS nth
    FROM drones WHERE occurred_at <= $as_of AND recorded_at <= $known_at
)
SELECT fleet_at.drone_id AS id, entries.model, entries.serial, entries.uas_id, fleet_at.district_id,
       coalesce(fleet_at.lon_ud, entries.dock_lon_ud) AS lon_ud, coalesce(fleet_at.lat_ud, entries.dock_lat_ud) AS lat_ud
FROM fleet_at JOIN entries ON entries.drone_id = fleet_at.drone_id
WHERE entries.nth = 1 ORDER BY fleet_at.drone_id
