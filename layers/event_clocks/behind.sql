-- layers/event_clocks/behind.sql: the open events that one figure of the clocks counts or is worked out from, one by one, by the
-- rules of figures.sql.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param amber_pct INTEGER % share of the target from which a clock is amber
-- param soon_s INTEGER s how far ahead a target is near
-- param of VARCHAR - the figure: next_breach_s, clocks_amber, clocks_red or clocks_soon
-- uses clocks_at
-- reads event_facts, districts, event_sources
-- column event_id VARCHAR - event
-- column title VARCHAR - a line that names it
-- column category VARCHAR - kind of trouble
-- column priority TINYINT level 1 worst
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name; null where unknown
-- column district_en VARCHAR - its name in English; null where unknown
-- column source_id VARCHAR - source
-- column source VARCHAR - its name; null where the pack does not have it
-- column created_at TIMESTAMPTZ UTC where both clocks start
-- column stage VARCHAR - furthest stage reached; handle while open again
-- column clock VARCHAR - response or closure
-- column elapsed_s BIGINT s since the order was opened
-- column target_s INTEGER s target of that clock
-- column left_s BIGINT s until the target; 0 and below once it is reached
-- rows one per event, least time left first, then by id; of next_breach_s all that are in time, so that the first row is the figure
SELECT clocks_at.event_id, clocks_at.title, clocks_at.category, clocks_at.priority, clocks_at.district_id, districts.name AS district,
       districts.name_en AS district_en, clocks_at.source_id, event_sources.name AS source, clocks_at.created_at, clocks_at.stage,
       clocks_at.clock, clocks_at.elapsed_s, clocks_at.target_s, clocks_at.left_s
FROM clocks_at
LEFT JOIN districts ON districts.district_id = clocks_at.district_id
LEFT JOIN event_sources ON event_sources.source_id = clocks_at.source_id
WHERE clocks_at.mode = $mode
  AND ($district = '' OR clocks_at.district_id = $district OR array_contains($zone_streets, clocks_at.street_code))
  AND CASE WHEN $of = 'clocks_amber' THEN state = 'amber' WHEN $of = 'clocks_red' THEN state = 'red'
           WHEN $of = 'clocks_soon' THEN left_s > 0 AND left_s <= $soon_s ELSE left_s > 0 END
ORDER BY clocks_at.left_s NULLS LAST, clocks_at.event_id
