-- layers/drone_coverage/footprints.sql: the ground that each camera in the air sees.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- reads footprints, drone_states
-- column drone_id VARCHAR - aircraft
-- column lon1 DOUBLE deg first corner; the four are sent as `path`
-- column lat1 DOUBLE deg first corner
-- column lon2 DOUBLE deg second corner
-- column lat2 DOUBLE deg second corner
-- column lon3 DOUBLE deg third corner
-- column lat3 DOUBLE deg third corner
-- column lon4 DOUBLE deg fourth corner
-- column lat4 DOUBLE deg fourth corner
-- rows one per aircraft whose camera was on in time, by id
WITH heard AS (
    SELECT drone_id, occurred_at FROM drone_states
    WHERE occurred_at >= $as_of - INTERVAL 1 SECOND * $drone_flying_s AND occurred_at <= $as_of AND recorded_at <= $known_at
), ranked AS (
    SELECT footprints.drone_id, lon1_ud, lat1_ud, lon2_ud, lat2_ud, lon3_ud, lat3_ud, lon4_ud, lat4_ud,
           row_number() OVER (PARTITION BY footprints.drone_id ORDER BY footprints.occurred_at DESC) AS nth
    FROM footprints
    JOIN heard ON heard.drone_id = footprints.drone_id AND heard.occurred_at = footprints.occurred_at
    WHERE footprints.occurred_at >= $as_of - INTERVAL 1 SECOND * $drone_flying_s AND footprints.occurred_at <= $as_of
)
SELECT drone_id, lon1_ud / 1e6 AS lon1, lat1_ud / 1e6 AS lat1, lon2_ud / 1e6 AS lon2, lat2_ud / 1e6 AS lat2,
       lon3_ud / 1e6 AS lon3, lat3_ud / 1e6 AS lat3, lon4_ud / 1e6 AS lon4, lat4_ud / 1e6 AS lat4
FROM ranked WHERE nth = 1 ORDER BY drone_id
