-- layers/districts/behind.sql: the events that one figure of a district counts or is worked out from, one by one, by the rules of
-- now.sql.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - a district, or a functional zone: then what lies in its streets
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param of VARCHAR - the figure: district_events_today, district_response_p50_s or district_open_now
-- uses events_at
-- reads event_facts, streets, event_sources
-- column event_id VARCHAR - event
-- column title VARCHAR - a line that names it
-- column category VARCHAR - kind of trouble
-- column priority TINYINT level 1 worst
-- column street VARCHAR - street; null where unknown
-- column street_en VARCHAR - its name in English; null where unknown
-- column source_id VARCHAR - source
-- column source VARCHAR - its name; null where the pack does not have it
-- column occurred_at TIMESTAMPTZ UTC when it happened
-- column created_at TIMESTAMPTZ UTC when the order was opened
-- column stage VARCHAR - furthest stage reached; handle while open again
-- column is_open BOOLEAN - opened, and not closed since
-- column wait_s BIGINT s the response, so far where nobody has acknowledged; null where the figure is no length
-- column target_s INTEGER s the target of the response; null without one, and where the figure is no length
-- rows one per event, of a length the longest first, else the newest first, then by id
WITH sorted AS (
    SELECT event_id, title, category, priority, street_code, source_id, occurred_at, created_at, stage, is_open, age_s,
           CASE WHEN $of = 'district_response_p50_s' AND (response_s IS NOT NULL OR (is_open AND NOT is_acked))
                THEN coalesce(response_s, age_s) END AS wait_s,
           CASE WHEN $of = 'district_response_p50_s' THEN response_target_s END AS target_s
    FROM events_at
    WHERE mode = $mode AND (district_id = $district OR array_contains($zone_streets, street_code))
)
SELECT sorted.event_id, sorted.title, sorted.category, sorted.priority, streets.name AS street, streets.name_en AS street_en,
       sorted.source_id, event_sources.name AS source, sorted.occurred_at, sorted.created_at, sorted.stage, sorted.is_open, sorted.wait_s,
       sorted.target_s
FROM sorted
LEFT JOIN streets ON streets.street_code = sorted.street_code
LEFT JOIN event_sources ON event_sources.source_id = sorted.source_id
WHERE CASE WHEN $of = 'district_events_today' THEN sorted.occurred_at >= $day_from
           WHEN $of = 'district_open_now' THEN sorted.is_open
           ELSE sorted.created_at >= $day_from AND sorted.created_at <= $as_of AND sorted.wait_s IS NOT NULL
                AND sorted.age_s >= coalesce(sorted.target_s, 0) END
ORDER BY sorted.wait_s DESC NULLS LAST, sorted.occurred_at DESC, sorted.event_id
