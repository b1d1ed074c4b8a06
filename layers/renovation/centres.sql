-- layers/renovation/centres.sql: community centres of the newest programme year.
-- param known_at TIMESTAMPTZ UTC what had been recorded by then; null for all that the snapshot holds
-- reads communities
-- column community_id VARCHAR - community
-- column name VARCHAR - name
-- column district_id VARCHAR - district; null where unknown
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column status VARCHAR - planned, under_way or open
-- column mark VARCHAR - centre
-- column freed_m2 REAL m2 floor given back to residents; null until measured
-- rows one per community, by id
WITH known AS (
    SELECT community_id, year, name, district_id, lon_ud, lat_ud, status, freed_m2,
           row_number() OVER (PARTITION BY community_id ORDER BY version DESC) AS nth
    FROM communities WHERE $known_at IS NULL OR recorded_at <= $known_at
)
SELECT community_id, name, district_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, status, 'centre' AS mark, freed_m2
FROM known WHERE nth = 1 AND year = (SELECT max(year) FROM known)
ORDER BY community_id
