-- layers/renovation/estates.sql: old estates of the newest programme year, and how far the works are.
-- param known_at TIMESTAMPTZ UTC what had been recorded by then; null for all that the snapshot holds
-- reads estates
-- column estate_id VARCHAR - estate
-- column name VARCHAR - name
-- column district_id VARCHAR - district; null where unknown
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column status VARCHAR - planned, under_way or accepted; sent as `fill_color`
-- column mark VARCHAR - name of its mark
-- column built SMALLINT year year built; null where unknown
-- column households INTEGER homes null where unknown
-- rows one per estate, planned first (so that the finished are drawn on top), then by id
WITH known AS (
    SELECT estate_id, year, name, district_id, lon_ud, lat_ud, status, built, households,
           row_number() OVER (PARTITION BY estate_id ORDER BY version DESC) AS nth
    FROM estates WHERE $known_at IS NULL OR recorded_at <= $known_at
)
SELECT estate_id, name, district_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, status, 'estate_' || status AS mark, built, households
FROM known WHERE nth = 1 AND year = (SELECT max(year) FROM known)
ORDER BY CASE status WHEN 'planned' THEN 1 WHEN 'under_way' THEN 2 ELSE 3 END, estate_id
