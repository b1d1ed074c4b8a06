-- layers/incidents/behind.sql: the events that one figure counts, one by one, each with the incident that it is part of, by the rules
-- of figures.sql: what several reported is counted once, by its incident.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param of VARCHAR - the figure: incidents_open, incidents_several or reports_merged_pct
-- uses events_at
-- uses incidents_at
-- reads event_facts, incidents, districts
-- column incident_id VARCHAR - incident that it is part of; null of what nobody else reported
-- column event_id VARCHAR - event
-- column title VARCHAR - a line that names it
-- column category VARCHAR - kind of trouble
-- column priority TINYINT level 1 worst
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name; null where unknown
-- column district_en VARCHAR - its name in English; null where unknown
-- column occurred_at TIMESTAMPTZ UTC when it happened
-- column is_open BOOLEAN - opened, and not closed since
-- rows one per event, by incident, those of none last, then the newest, then by id
SELECT incidents_at.incident_id, events_at.event_id, events_at.title, events_at.category, events_at.priority, events_at.district_id,
       districts.name AS district, districts.name_en AS district_en, events_at.occurred_at, events_at.is_open
FROM events_at
LEFT JOIN incidents_at ON incidents_at.event_id = events_at.event_id
LEFT JOIN districts ON districts.district_id = events_at.district_id
WHERE events_at.mode = $mode
  AND CASE WHEN $of = 'incidents_open' THEN events_at.is_open
           WHEN $of = 'incidents_several' THEN events_at.is_open AND incidents_at.incident_id IS NOT NULL
           ELSE events_at.occurred_at >= $day_from END
ORDER BY incidents_at.incident_id NULLS LAST, events_at.occurred_at DESC, events_at.event_id
