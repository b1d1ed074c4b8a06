-- layers/specimen/rows.sql: open events that no unit has acknowledged, as marks of the map and as rows of a table.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other is not shown
-- param placed BOOLEAN - only those of which the place is known: a map can draw no others
-- param most INTEGER rows how many at most
-- uses events_at
-- reads event_facts, districts
-- column event_id VARCHAR - event
-- column lon DOUBLE deg WGS 84; null where unknown; sent as `position`
-- column lat DOUBLE deg WGS 84; null where unknown
-- column mark VARCHAR - name of its mark: p1 to p4; sent as `fill_color` too
-- column priority INTEGER level 1 worst, 4 least
-- column title VARCHAR - a line that names it
-- column district VARCHAR - name of its district; null where unknown
-- column district_en VARCHAR - the same in English
-- column age_s BIGINT s since the order was opened
-- rows one per event, newest first, then by id
WITH waiting AS (
    SELECT event_id, lon_ud, lat_ud, priority, title, district_id, created_at, age_s
    FROM events_at
    WHERE mode = $mode AND is_open AND NOT is_acked
      AND (NOT $placed OR (lon_ud IS NOT NULL AND lat_ud IS NOT NULL))
)
SELECT waiting.event_id, waiting.lon_ud / 1e6 AS lon, waiting.lat_ud / 1e6 AS lat, 'p' || waiting.priority AS mark,
       CAST(waiting.priority AS INTEGER) AS priority, waiting.title, districts.name AS district,
       districts.name_en AS district_en, waiting.age_s
FROM waiting LEFT JOIN districts ON districts.district_id = waiting.district_id
ORDER BY waiting.created_at DESC, waiting.event_id
LIMIT $most
