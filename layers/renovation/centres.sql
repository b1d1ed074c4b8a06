-- layers/renovation/centres.sql: community centres of the newest programme year.
-- uses communities_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- reads communities
-- column community_id VARCHAR - community
-- column name VARCHAR - name
-- column district_id VARCHAR - district; null where unknown
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column status VARCHAR - planned, under_way or open
-- column mark VARCHAR - name of its mark: centre
-- column freed_m2 REAL m2 floor given back to residents; null until measured
-- rows one per community, by id
SELECT community_id, name, district_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, status, 'centre' AS mark, freed_m2
FROM communities_at WHERE year = (SELECT max(year) FROM communities_at)
ORDER BY community_id
