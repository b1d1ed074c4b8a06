-- layers/renovation/estates.sql: old estates of the newest programme year, and how far the works are.
-- uses estates_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- reads estates
-- column estate_id VARCHAR - estate
-- column name VARCHAR - name
-- column district_id VARCHAR - district; null where unknown
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column status VARCHAR - planned, under_way or accepted; sent as `fill_color`
-- column mark VARCHAR - name of its mark: estate_planned, estate_under_way or estate_accepted
-- column built SMALLINT year year built; null where unknown
-- column households INTEGER homes null where unknown
-- rows one per estate, planned first (so that the finished are drawn on top), then by id
SELECT estate_id, name, district_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, status, 'estate_' || status AS mark, built, households
FROM estates_at WHERE year = (SELECT max(year) FROM estates_at)
ORDER BY CASE status WHEN 'planned' THEN 1 WHEN 'under_way' THEN 2 ELSE 3 END, estate_id
