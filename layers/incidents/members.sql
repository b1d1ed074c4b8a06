-- layers/incidents/members.sql: the reports of incidents, each readable: of one, or of all that are open.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param incident VARCHAR - an incident's id, or empty for all that are open
-- param most INTEGER rows how many at most
-- param raster_cell_m DOUBLE m side of a raster cell
-- param raster_dlon_ud DOUBLE udeg side of a raster cell
-- param raster_dlat_ud DOUBLE udeg side of a raster cell
-- uses events_at
-- uses incidents_at
-- reads event_facts, incidents, event_sources
-- column id VARCHAR - what to pick on the map
-- column incident_id VARCHAR - incident
-- column event_id VARCHAR - report
-- column nth INTEGER ordinal its place among the reports
-- column n_reports INTEGER reports reports of the incident
-- column priority INTEGER level the report's own level, 1 worst
-- column title VARCHAR - what it says
-- column event_source VARCHAR - source that it came from
-- column event_source_en VARCHAR - its name in English
-- column reported_at TIMESTAMPTZ UTC when it was opened
-- column after_s BIGINT s after the first one
-- column away_m INTEGER m from the first one
-- column stage VARCHAR - stage that it has reached
-- column is_open BOOLEAN - not closed
-- rows one per report, the incident with the worst level first, then most reports, then the newest; in it by their order
WITH open_now AS (
    SELECT DISTINCT incidents_at.incident_id
    FROM incidents_at JOIN events_at ON events_at.event_id = incidents_at.event_id WHERE events_at.is_open
), wanted AS (
    SELECT incident_id, event_id, nth, n_reports, priority, first_at, reported_at FROM incidents_at
    WHERE mode = $mode AND CASE WHEN $incident = '' THEN incident_id IN (SELECT incident_id FROM open_now)
                                ELSE incident_id = $incident END
), placed AS (
    SELECT wanted.incident_id, wanted.event_id, wanted.nth, wanted.n_reports, wanted.priority AS incident_priority, wanted.first_at,
           wanted.reported_at, events_at.priority, events_at.title, events_at.source_id, events_at.stage, events_at.is_open,
           (events_at.lon_ud - min(CASE WHEN wanted.nth = 1 THEN events_at.lon_ud END) OVER of_one)
             * $raster_cell_m / $raster_dlon_ud AS east_m,
           (events_at.lat_ud - min(CASE WHEN wanted.nth = 1 THEN events_at.lat_ud END) OVER of_one)
             * $raster_cell_m / $raster_dlat_ud AS north_m
    FROM wanted JOIN events_at ON events_at.event_id = wanted.event_id
    WINDOW of_one AS (PARTITION BY wanted.incident_id)
)
SELECT 'event_heat:' || placed.event_id AS id, placed.incident_id, placed.event_id, placed.nth, placed.n_reports,
       CAST(placed.priority AS INTEGER) AS priority, placed.title, event_sources.name AS event_source,
       event_sources.name_en AS event_source_en, placed.reported_at,
       (epoch_us(placed.reported_at) - epoch_us(placed.first_at)) // 1000000 AS after_s,
       CAST(round(sqrt(placed.east_m * placed.east_m + placed.north_m * placed.north_m)) AS INTEGER) AS away_m, placed.stage,
       placed.is_open
FROM placed LEFT JOIN event_sources ON event_sources.source_id = placed.source_id
ORDER BY placed.incident_priority, placed.n_reports DESC, placed.first_at DESC, placed.incident_id, placed.nth
LIMIT $most
