-- layers/event_heat/marks.sql: open events as marks, the worst first where there are too many.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other is not drawn
-- param of_source VARCHAR - one source's id, or all
-- param of_category VARCHAR - one kind of trouble, or all
-- param of_categories VARCHAR[] - kinds that a department answers for; none for any
-- param of_priority INTEGER level one priority, or 0 for all
-- param of_stage VARCHAR - events that have reached this stage and no later one, or all
-- param of_level VARCHAR - level of the city at which they were opened, or all
-- param most INTEGER rows how many at most
-- uses events_chosen
-- uses orders_at
-- reads event_facts, dispatches, detections, streets, districts
-- column event_id VARCHAR - event
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column mark VARCHAR - name of its mark: p1 to p4; sent as `fill_color` too
-- column priority INTEGER level 1 worst, 4 least
-- column title VARCHAR - a line that names it
-- column place VARCHAR - street-level unit, else district; null where neither is known
-- column place_en VARCHAR - the same in English
-- column stage VARCHAR - stage it has reached
-- column unit VARCHAR - unit that leads, the first one sent; null where none was sent
-- column created_at TIMESTAMPTZ UTC when the order was opened
-- column age_s BIGINT s since the order was opened
-- column district_id VARCHAR - district; null where unknown
-- column is_ai BOOLEAN - it came from what a model saw: a detection names it, by its newest version known then
-- rows one per mark, least priority first (so that the worst is drawn on top), then oldest first
WITH placed AS (
    SELECT event_id, lon_ud, lat_ud, priority, title, district_id, street_code, created_at, age_s, stage,
           row_number() OVER (ORDER BY priority, created_at DESC, event_id) AS place
    FROM events_chosen WHERE is_open AND lon_ud IS NOT NULL AND lat_ud IS NOT NULL
), shown AS (
    SELECT event_id, lon_ud, lat_ud, priority, title, district_id, street_code, created_at, age_s, stage FROM placed WHERE place <= $most
), seen AS ( -- any detection that some version gave to one of these events
    SELECT DISTINCT detections.detection_id FROM detections JOIN shown ON shown.event_id = detections.event_id
), models AS (
    SELECT max_by(coalesce(detections.event_id, ''), detections.version) AS event_id
    FROM detections JOIN seen ON seen.detection_id = detections.detection_id
    WHERE detections.recorded_at <= $known_at AND detections.occurred_at <= $as_of GROUP BY detections.detection_id
), leads AS (
    SELECT orders_at.event_id, min_by(orders_at.unit_name, orders_at.dispatch_id) AS unit
    FROM orders_at JOIN shown ON shown.event_id = orders_at.event_id
    WHERE orders_at.role = 'lead' GROUP BY orders_at.event_id
)
SELECT shown.event_id, shown.lon_ud / 1e6 AS lon, shown.lat_ud / 1e6 AS lat, 'p' || shown.priority AS mark,
       CAST(shown.priority AS INTEGER) AS priority, shown.title, coalesce(streets.name, districts.name) AS place,
       coalesce(streets.name_en, districts.name_en) AS place_en, shown.stage, leads.unit, shown.created_at, shown.age_s, shown.district_id,
       shown.event_id IN (SELECT models.event_id FROM models) AS is_ai
FROM shown LEFT JOIN leads ON leads.event_id = shown.event_id LEFT JOIN streets ON streets.street_code = shown.street_code
LEFT JOIN districts ON districts.district_id = shown.district_id
ORDER BY shown.priority DESC, shown.created_at, shown.event_id
