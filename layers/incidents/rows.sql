-- layers/incidents/rows.sql: open incidents of several reports.
-- An incident is open while any of its reports is; where it is, and what it is called, its first report says. Worst level first,
-- then most reports, then the newest, then by id.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param most INTEGER rows how many at most
-- uses events_at
-- uses incidents_at
-- reads event_facts, incidents, districts, streets
-- column id VARCHAR - what to pick on the map: its first report
-- column incident_id VARCHAR - incident
-- column priority INTEGER level its level, 1 worst
-- column title VARCHAR - what its first report says
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name
-- column district_en VARCHAR - its name in English
-- column street VARCHAR - street-level unit; null where unknown
-- column street_en VARCHAR - its name in English
-- column n_reports INTEGER reports reports of it
-- column n_open INTEGER reports of them not closed
-- column first_at TIMESTAMPTZ UTC when its first report was opened
-- column since_s BIGINT s since then
-- column last_s BIGINT s since its newest report was opened
-- rows one per open incident, in that order
WITH open_now AS (
    SELECT incidents_at.incident_id, count(*) AS n_open
    FROM incidents_at JOIN events_at ON events_at.event_id = incidents_at.event_id
    WHERE events_at.is_open AND events_at.mode = $mode AND incidents_at.mode = $mode
    GROUP BY incidents_at.incident_id
), newest AS (
    SELECT incident_id, max(reported_at) AS last_at FROM incidents_at WHERE mode = $mode GROUP BY incident_id
), shown AS (
    SELECT incidents_at.incident_id, incidents_at.event_id, incidents_at.priority, incidents_at.n_reports, incidents_at.first_at,
           open_now.n_open, newest.last_at
    FROM incidents_at JOIN open_now ON open_now.incident_id = incidents_at.incident_id
    JOIN newest ON newest.incident_id = incidents_at.incident_id
    WHERE incidents_at.is_first
)
SELECT 'event_heat:' || shown.event_id AS id, shown.incident_id, CAST(shown.priority AS INTEGER) AS priority, events_at.title,
       events_at.district_id, districts.name AS district, districts.name_en AS district_en,
       streets.name AS street, streets.name_en AS street_en, shown.n_reports, CAST(shown.n_open AS INTEGER) AS n_open,
       shown.first_at, (epoch_us($as_of) - epoch_us(shown.first_at)) // 1000000 AS since_s,
       (epoch_us($as_of) - epoch_us(shown.last_at)) // 1000000 AS last_s
FROM shown JOIN events_at ON events_at.event_id = shown.event_id
LEFT JOIN districts ON districts.district_id = events_at.district_id LEFT JOIN streets ON streets.street_code = events_at.street_code
WHERE $district = '' OR events_at.district_id = $district OR array_contains($zone_streets, events_at.street_code)
ORDER BY shown.priority, shown.n_reports DESC, shown.first_at DESC, shown.incident_id
LIMIT $most
