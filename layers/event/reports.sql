-- layers/event/reports.sql: the other reports of the incident that one event is part of, and itself: who said so, when, how far away.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param event VARCHAR - the event
-- uses events_at
-- uses incidents_at
-- reads event_facts, incidents, event_sources
-- column id VARCHAR - what to pick on the map
-- column event_id VARCHAR - report
-- column nth INTEGER ordinal its place among the reports
-- column is_self BOOLEAN - it is the event that was asked for
-- column title VARCHAR - what it says
-- column priority INTEGER level the report's own level, 1 worst
-- column incident_priority INTEGER level level of the incident
-- column event_source VARCHAR - source that it came from
-- column event_source_en VARCHAR - its name in English
-- column reported_at TIMESTAMPTZ UTC when it was opened
-- column after_s BIGINT s after the first one
-- rows one per report, in their order; none where the event is part of no incident
WITH of_one AS (
    SELECT incident_id FROM incidents_at WHERE event_id = $event
)
SELECT 'event_heat:' || incidents_at.event_id AS id, incidents_at.event_id, CAST(incidents_at.nth AS INTEGER) AS nth,
       incidents_at.event_id = $event AS is_self, events_at.title, CAST(events_at.priority AS INTEGER) AS priority,
       CAST(incidents_at.priority AS INTEGER) AS incident_priority,
       coalesce(event_sources.name, events_at.source_id) AS event_source,
       coalesce(event_sources.name_en, events_at.source_id) AS event_source_en, incidents_at.reported_at,
       (epoch_us(incidents_at.reported_at) - epoch_us(incidents_at.first_at)) // 1000000 AS after_s
FROM incidents_at JOIN of_one ON of_one.incident_id = incidents_at.incident_id
LEFT JOIN events_at ON events_at.event_id = incidents_at.event_id
LEFT JOIN event_sources ON event_sources.source_id = events_at.source_id
ORDER BY incidents_at.nth, incidents_at.event_id
