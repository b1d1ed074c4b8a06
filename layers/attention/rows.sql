-- layers/attention/rows.sql: open events that need attention first.
-- The rule: those of priority 1 come first whatever their target, since people are in danger; then all that are past their
-- target of closing, whatever their priority; then the rest, worst priority first. Of those past it the one furthest beyond it
-- in time comes first, also among priority 1; of the others of one priority the newest; then by id.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param most INTEGER rows how many at most
-- uses events_at
-- uses orders_at
-- reads event_facts, dispatches, detections, districts, streets
-- column id VARCHAR - what to pick on the map
-- column priority INTEGER level 1 worst, 4 least
-- column title VARCHAR - a line that names it
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name
-- column district_en VARCHAR - its name in English
-- column street VARCHAR - street-level unit; null where unknown
-- column street_en VARCHAR - its name in English
-- column stage VARCHAR - stage it has reached
-- column age_s BIGINT s since the order was opened
-- column response_s BIGINT s first acknowledgement; null while nobody has acknowledged
-- column response_target_s INTEGER s target for its source and priority
-- column closure_target_s INTEGER s target for its source and priority
-- column overdue_s BIGINT s past its target of closing; null while in time or without a target
-- column n_arrived INTEGER units units that reached the site
-- column n_units INTEGER units units ordered to it
-- column closing_refused BOOLEAN - a closing was refused because its moments made no sense
-- column is_ai BOOLEAN - it came from what a model saw: a detection names it, by its newest version known then
-- rows one per open event, by the rule above
WITH still_open AS (
    SELECT event_id, priority, title, district_id, street_code, created_at, response_target_s, closure_target_s, age_s,
           response_s, stage, is_refused, CASE WHEN age_s > closure_target_s THEN age_s - closure_target_s END AS overdue_s
    FROM events_at WHERE mode = $mode AND is_open AND ($district = '' OR district_id = $district
           OR array_contains($zone_streets, street_code))
), worst AS (
    SELECT event_id, priority, title, district_id, street_code, created_at, response_target_s, closure_target_s, age_s,
           response_s, stage, is_refused, overdue_s
    FROM still_open
    ORDER BY CASE WHEN priority = 1 THEN 0 WHEN overdue_s IS NOT NULL THEN 1 ELSE 2 END, overdue_s DESC NULLS LAST,
             CASE WHEN overdue_s IS NULL THEN priority END NULLS LAST,
             CASE WHEN overdue_s IS NULL THEN created_at END DESC NULLS LAST, event_id
    LIMIT $most
), orders AS ( -- any order that some version gave to one of these events
    SELECT DISTINCT dispatches.dispatch_id FROM dispatches JOIN worst ON worst.event_id = dispatches.event_id
), units AS (
    SELECT orders_at.event_id, count(*) AS n_units, count(CASE WHEN orders_at.is_arrived THEN 1 END) AS n_arrived
    FROM orders_at JOIN orders ON orders.dispatch_id = orders_at.dispatch_id
    GROUP BY orders_at.event_id
), seen AS ( -- any detection that some version gave to one of these events
    SELECT DISTINCT detections.detection_id FROM detections JOIN worst ON worst.event_id = detections.event_id
), models AS (
    SELECT max_by(coalesce(detections.event_id, ''), detections.version) AS event_id
    FROM detections JOIN seen ON seen.detection_id = detections.detection_id
    WHERE detections.recorded_at <= $known_at AND detections.occurred_at <= $as_of GROUP BY detections.detection_id
)
SELECT 'event_heat:' || worst.event_id AS id, CAST(worst.priority AS INTEGER) AS priority, worst.title, worst.district_id,
       districts.name AS district, districts.name_en AS district_en,
       streets.name AS street, streets.name_en AS street_en, worst.stage, worst.age_s, worst.response_s, worst.response_target_s,
       worst.closure_target_s, worst.overdue_s, CAST(coalesce(units.n_arrived, 0) AS INTEGER) AS n_arrived,
       CAST(coalesce(units.n_units, 0) AS INTEGER) AS n_units, worst.is_refused AS closing_refused,
       worst.event_id IN (SELECT models.event_id FROM models) AS is_ai
FROM worst LEFT JOIN districts ON districts.district_id = worst.district_id LEFT JOIN streets ON streets.street_code = worst.street_code
LEFT JOIN units ON units.event_id = worst.event_id
ORDER BY CASE WHEN worst.priority = 1 THEN 0 WHEN worst.overdue_s IS NOT NULL THEN 1 ELSE 2 END,
         worst.overdue_s DESC NULLS LAST, CASE WHEN worst.overdue_s IS NULL THEN worst.priority END NULLS LAST,
         CASE WHEN worst.overdue_s IS NULL THEN worst.created_at END DESC NULLS LAST, worst.event_id
