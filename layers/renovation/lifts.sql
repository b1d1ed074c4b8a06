-- layers/renovation/lifts.sql: lifts of the newest programme year: added and renewed are two series with two marks.
-- uses lifts_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- reads lifts
-- column lift_id VARCHAR - lift
-- column estate_name VARCHAR - estate it stands in
-- column district_id VARCHAR - district; null where unknown
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column kind VARCHAR - added or renewed
-- column status VARCHAR - applied, approved, building or accepted
-- column mark VARCHAR - name of its mark: lift_added or lift_renewed
-- column is_done BOOLEAN - in service
-- rows one per lift, unfinished first (so that the finished are drawn on top), then by id
SELECT lift_id, estate_name, district_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, kind, status, 'lift_' || kind AS mark,
       status = 'accepted' AS is_done
FROM lifts_at WHERE year = (SELECT max(year) FROM lifts_at)
ORDER BY is_done, lift_id
