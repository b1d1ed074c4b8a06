-- layers/incidents/marks.sql: open incidents, each as all of its reports in its middle: the map gathers them into one mark with
-- their number.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param most INTEGER rows how many at most
-- uses events_at
-- uses incidents_at
-- reads event_facts, incidents
-- column event_id VARCHAR - report
-- column lon DOUBLE deg WGS 84, middle of the incident; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column mark VARCHAR - name of its mark, by the level of the incident; sent as `fill_color` too
-- column priority INTEGER level level of the incident, 1 worst
-- column title VARCHAR - what its first report says
-- column n_reports INTEGER reports reports of the incident
-- column since_s BIGINT s since its first report was opened
-- column district_id VARCHAR - district; null where unknown
-- rows one per report, least level first, so that the worst is drawn on top
WITH open_now AS (
    SELECT DISTINCT incidents_at.incident_id
    FROM incidents_at JOIN events_at ON events_at.event_id = incidents_at.event_id WHERE events_at.is_open
), firsts AS (
    SELECT incidents_at.incident_id, events_at.title, events_at.district_id
    FROM incidents_at JOIN events_at ON events_at.event_id = incidents_at.event_id WHERE incidents_at.is_first
)
SELECT incidents_at.event_id, incidents_at.lon_ud / 1e6 AS lon, incidents_at.lat_ud / 1e6 AS lat, 'p' || incidents_at.priority AS mark,
       CAST(incidents_at.priority AS INTEGER) AS priority, firsts.title, incidents_at.n_reports,
       (epoch_us($as_of) - epoch_us(incidents_at.first_at)) // 1000000 AS since_s, firsts.district_id
FROM incidents_at JOIN open_now ON open_now.incident_id = incidents_at.incident_id
JOIN firsts ON firsts.incident_id = incidents_at.incident_id
WHERE incidents_at.mode = $mode
ORDER BY incidents_at.priority DESC, incidents_at.first_at, incidents_at.incident_id, incidents_at.nth
LIMIT $most
