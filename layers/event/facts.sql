-- layers/event/facts.sql: one event as it stood at a moment, as known at another: what, where, since when, its clocks, who has it.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param event VARCHAR - the event
-- param amber_pct INTEGER % share of the target from which a clock is amber
-- param arrival_s INTEGER s a unit should be on site by then
-- uses events_at
-- uses orders_at
-- uses level_at
-- uses coming_at
-- reads event_facts, events, dispatches, escalations, districts, streets, event_sources, event_categories
-- column id VARCHAR - what to pick on the map
-- column event_id VARCHAR - number of the event
-- column title VARCHAR - a line that names it
-- column mode VARCHAR - live or drill
-- column priority INTEGER level 1 worst, 4 least
-- column stage VARCHAR - stage it has reached
-- column is_open BOOLEAN - opened, and not closed since
-- column is_closed_untimed BOOLEAN - closed, when exactly is not known
-- column is_proactive BOOLEAN - found before anybody complained
-- column level VARCHAR - level of the city that holds it while it is open: by the newest step known, else where it began
-- column created_at TIMESTAMPTZ UTC when the order was opened
-- column age_s BIGINT s since the order was opened
-- column category VARCHAR - kind of trouble
-- column category_en VARCHAR - in English
-- column source VARCHAR - where it came from
-- column source_en VARCHAR - in English
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name
-- column district_en VARCHAR - its name in English
-- column street VARCHAR - street-level unit; null where unknown
-- column street_en VARCHAR - its name in English
-- column address VARCHAR - as reported; null where not
-- column details VARCHAR - the report's own words; null where there are none
-- column response_s BIGINT s first acknowledgement; null while nobody has acknowledged
-- column response_target_s INTEGER s target for its source and priority
-- column is_acked BOOLEAN - a unit has acknowledged
-- column closure_s BIGINT s until the citizen was told; null while open
-- column closure_target_s INTEGER s target for its source and priority
-- column unit VARCHAR - unit that leads; null where none was sent
-- column n_units INTEGER units units ordered to it
-- column n_arrived INTEGER units units that reached the site
-- column next VARCHAR - what comes next: amber, on-site, on-site-late, runs-out, escalate or no-target; null once it is closed
-- column next_s BIGINT s until then; below zero since then; null without a target
-- column next_level VARCHAR - level above the one that holds it; null at the top
-- column closing_refused BOOLEAN - a closing was refused because its moments made no sense
-- column lon DOUBLE deg WGS 84; null where unknown
-- column lat DOUBLE deg WGS 84; null where unknown
-- rows one, or none where nothing was known of such an event
WITH told AS (
    SELECT event_id, mode, title, priority, stage, is_open, is_closed_untimed, is_proactive, level, created_at, age_s, category,
           source_id, district_id, street_code, response_s, response_target_s, is_acked, closure_s, closure_target_s, is_refused,
           lon_ud, lat_ud
    FROM events_at WHERE event_id = $event
), words AS (
    SELECT event_id, max_by(address, version) AS address, max_by(details, version) AS details
    FROM events WHERE event_id = $event AND recorded_at <= $known_at GROUP BY event_id
), units AS (
    SELECT orders_at.event_id, count(*) AS n_units, count(CASE WHEN orders_at.is_arrived THEN 1 END) AS n_arrived,
           min_by(orders_at.unit_name, CASE WHEN orders_at.role = 'lead' THEN '0' ELSE '1' END || orders_at.dispatch_id) AS unit
    FROM orders_at WHERE orders_at.event_id = $event GROUP BY orders_at.event_id
)
SELECT 'event_heat:' || told.event_id AS id, told.event_id, told.title, told.mode, CAST(told.priority AS INTEGER) AS priority,
       told.stage, told.is_open, told.is_closed_untimed, told.is_proactive, coalesce(level_at.level, told.level) AS level, told.created_at, told.age_s,
       coalesce(event_categories.name, told.category) AS category, coalesce(event_categories.name_en, told.category) AS category_en,
       coalesce(event_sources.name, told.source_id) AS source, coalesce(event_sources.name_en, told.source_id) AS source_en,
       told.district_id, districts.name AS district, districts.name_en AS district_en, streets.name AS street,
       streets.name_en AS street_en, words.address, words.details, told.response_s, told.response_target_s, told.is_acked,
       told.closure_s, told.closure_target_s, units.unit, CAST(coalesce(units.n_units, 0) AS INTEGER) AS n_units,
       CAST(coalesce(units.n_arrived, 0) AS INTEGER) AS n_arrived, coming_at.next,
       coming_at.next_s, coming_at.next_level, told.is_refused AS closing_refused,
       told.lon_ud / 1e6 AS lon, told.lat_ud / 1e6 AS lat
FROM told LEFT JOIN level_at ON level_at.event_id = told.event_id LEFT JOIN words ON words.event_id = told.event_id LEFT JOIN units ON units.event_id = told.event_id
LEFT JOIN coming_at ON coming_at.event_id = told.event_id
LEFT JOIN districts ON districts.district_id = told.district_id LEFT JOIN streets ON streets.street_code = told.street_code
LEFT JOIN event_sources ON event_sources.source_id = told.source_id
LEFT JOIN event_categories ON event_categories.category = told.category
