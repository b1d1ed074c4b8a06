-- layers/event_clocks/breach.sql: open events by the time that is left until the target of the clock that runs.
-- The worst is the furthest beyond its target.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param amber_pct INTEGER % share of the target from which a clock is amber
-- param arrival_s INTEGER s a unit should be on site by then
-- param most INTEGER rows how many at most
-- uses clocks_at
-- uses coming_at
-- uses assumed_targets
-- reads event_facts, dispatches, districts, streets, sla_targets
-- column id VARCHAR - what to pick on the map
-- column priority INTEGER level 1 worst, 4 least
-- column title VARCHAR - a line that names it
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name
-- column district_en VARCHAR - its name in English
-- column street VARCHAR - street-level unit; null where unknown
-- column street_en VARCHAR - its name in English
-- column stage VARCHAR - stage it has reached
-- column unit VARCHAR - unit that leads; null while none does
-- column clock VARCHAR - response while nobody has acknowledged, else closure
-- column elapsed_s BIGINT s since the order was opened
-- column target_s INTEGER s target of that clock; null without one
-- column share_pct DOUBLE % elapsed of the target; null without one
-- column time_left_s BIGINT s until the target; below zero beyond it; null without one
-- column state VARCHAR - fine, amber, red or none
-- column next VARCHAR - what comes next: amber, on-site, on-site-late, runs-out, escalate or no-target
-- column next_s BIGINT s until then; below zero since then; null without a target
-- column next_level VARCHAR - level above the one that holds it; null at the top
-- column is_reference BOOLEAN - the pack assumes the target: it is a reference, no rule of the city
-- column closing_refused BOOLEAN - a closing was refused because its moments made no sense
-- column n_open BIGINT events open ones in all, of which the list is the first
-- rows one per open event, least time left first, then by level and age; without a target last
WITH running AS (
    SELECT event_id, created_at, source_id, title, priority, level, district_id, street_code, stage, is_refused, clock, elapsed_s,
           target_s, left_s, state, count(*) OVER () AS n_open
    FROM clocks_at WHERE mode = $mode AND ($district = '' OR district_id = $district
           OR array_contains($zone_streets, street_code))
), worst AS (
    SELECT event_id, created_at, source_id, title, priority, level, district_id, street_code, stage, is_refused, clock, elapsed_s,
           target_s, left_s, state, n_open
    FROM running ORDER BY left_s NULLS LAST, priority, created_at, event_id LIMIT $most
)
SELECT 'event_heat:' || worst.event_id AS id, CAST(worst.priority AS INTEGER) AS priority, worst.title, worst.district_id,
       districts.name AS district, districts.name_en AS district_en, streets.name AS street, streets.name_en AS street_en,
       worst.stage, coming_at.unit_name AS unit, worst.clock, worst.elapsed_s, worst.target_s,
       100.0 * worst.elapsed_s / worst.target_s AS share_pct, worst.left_s AS time_left_s, worst.state, coming_at.next,
       coming_at.next_s, coming_at.next_level, coalesce(own.is_assumed, anyone.is_assumed, FALSE) AS is_reference,
       worst.is_refused AS closing_refused, worst.n_open
FROM worst JOIN coming_at ON coming_at.event_id = worst.event_id
LEFT JOIN districts ON districts.district_id = worst.district_id
LEFT JOIN streets ON streets.street_code = worst.street_code
LEFT JOIN assumed_targets AS own ON own.source_id = worst.source_id AND own.priority = worst.priority
LEFT JOIN assumed_targets AS anyone ON anyone.source_id = '*' AND anyone.priority = worst.priority
ORDER BY worst.left_s NULLS LAST, worst.priority, worst.created_at, worst.event_id
