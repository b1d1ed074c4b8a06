-- layers/event_heat/marks.sql: open events as marks, the worst first where there are too many.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other is not drawn
-- param of_source VARCHAR - one source's id, or all
-- param of_priority INTEGER level one priority, or 0 for all
-- param of_stage VARCHAR - events that have reached this stage and no later one, or all
-- param most INTEGER rows how many at most
-- uses events_at
-- reads event_facts, detections
-- column event_id VARCHAR - event
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column mark VARCHAR - name of its mark: p1 to p4; sent as `fill_color` too
-- column priority INTEGER level 1 worst, 4 least
-- column title VARCHAR - a line that names it
-- column stage VARCHAR - stage it has reached
-- column age_s BIGINT s since the order was opened
-- column district_id VARCHAR - district; null where unknown
-- column is_ai BOOLEAN - it came from what a model saw: a detection names it, by its newest version known then
-- rows one per mark, least priority first (so that the worst is drawn on top), then oldest first
WITH staged AS (
    SELECT event_id, lon_ud, lat_ud, priority, title, district_id, created_at, age_s, stage
    FROM events_at
    WHERE mode = $mode AND is_open AND lon_ud IS NOT NULL AND lat_ud IS NOT NULL
      AND ($of_source = 'all' OR source_id = $of_source) AND ($of_priority = 0 OR priority = $of_priority)
), placed AS (
    SELECT event_id, lon_ud, lat_ud, priority, title, district_id, created_at, age_s, stage,
           row_number() OVER (ORDER BY priority, created_at DESC, event_id) AS place
    FROM staged WHERE $of_stage = 'all' OR stage = $of_stage
), drawn AS (
    SELECT event_id, lon_ud, lat_ud, priority, title, stage, age_s, district_id, created_at FROM placed WHERE place <= $most
), seen AS ( -- any detection that some version gave to one of these events
    SELECT DISTINCT detections.detection_id FROM detections JOIN drawn ON drawn.event_id = detections.event_id
), models AS (
    SELECT max_by(coalesce(detections.event_id, ''), detections.version) AS event_id
    FROM detections JOIN seen ON seen.detection_id = detections.detection_id
    WHERE detections.recorded_at <= $known_at AND detections.occurred_at <= $as_of GROUP BY detections.detection_id
)
SELECT event_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, 'p' || priority AS mark, CAST(priority AS INTEGER) AS priority, title, stage,
       age_s, district_id, event_id IN (SELECT models.event_id FROM models) AS is_ai
FROM drawn
ORDER BY priority DESC, created_at, event_id
