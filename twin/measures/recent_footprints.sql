-- recent_footprints.sql: what cameras saw lately, for swaths to go on from.
-- param   since        TIMESTAMPTZ  UTC      from then on
-- reads   footprints
-- column  drone_id     VARCHAR      -        aircraft
-- column  occurred_at  TIMESTAMPTZ  UTC      when
-- column  lon1_ud      INTEGER      1e-6deg  corner 1
-- column  lat1_ud      INTEGER      1e-6deg  corner 1
-- column  lon2_ud      INTEGER      1e-6deg  corner 2
-- column  lat2_ud      INTEGER      1e-6deg  corner 2
-- column  lon3_ud      INTEGER      1e-6deg  corner 3
-- column  lat3_ud      INTEGER      1e-6deg  corner 3
-- column  lon4_ud      INTEGER      1e-6deg  corner 4
-- column  lat4_ud      INTEGER      1e-6deg  corner 4
-- rows    one per heartbeat with the camera on, by aircraft and time
SELECT drone_id, occurred_at, lon1_ud, lat1_ud, lon2_ud, lat2_ud, lon3_ud, lat3_ud, lon4_ud, lat4_ud
FROM footprints WHERE occurred_at >= $since ORDER BY drone_id, occurred_at
