-- layers/renovation/lifts.sql: lifts of the newest programme year: added and renewed are two series with two marks.
-- param known_at TIMESTAMPTZ UTC what had been recorded by then; null for all that the snapshot holds
-- reads lifts
-- column lift_id VARCHAR - lift
-- column estate_name VARCHAR - estate it stands in
-- column district_id VARCHAR - district; null where unknown
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column kind VARCHAR - added or renewed
-- column status VARCHAR - applied, approved, building or accepted
-- column mark VARCHAR - lift_added or lift_renewed
-- column is_done BOOLEAN - in service
-- rows one per lift, unfinished first (so that the finished are drawn on top), then by id
WITH known AS (
    SELECT lift_id, year, estate_name, district_id, lon_ud, lat_ud, kind, status,
           row_number() OVER (PARTITION BY lift_id ORDER BY version DESC) AS nth
    FROM lifts WHERE $known_at IS NULL OR recorded_at <= $known_at
)
SELECT lift_id, estate_name, district_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, kind, status, 'lift_' || kind AS mark,
       status = 'accepted' AS is_done
FROM known WHERE nth = 1 AND year = (SELECT max(year) FROM known)
ORDER BY is_done, lift_id
