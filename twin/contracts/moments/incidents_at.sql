-- incidents_at.sql: reports that were part of an incident at one moment, as known at another, each with its incident as it stood.
-- param   as_of        TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC      and had been recorded by then
-- reads   incidents
-- column  incident_id  VARCHAR      -        incident
-- column  event_id     VARCHAR      -        report that is part of it
-- column  is_first     BOOLEAN      -        its first report: who counts incidents counts these
-- column  first_at     TIMESTAMPTZ  UTC      when its first report was opened
-- column  reported_at  TIMESTAMPTZ  UTC      when this report was opened
-- column  mode         VARCHAR      -        live or drill
-- column  category     VARCHAR      -        kind of trouble
-- column  nth          INTEGER      ordinal  place of the report among those of the incident
-- column  n_reports    INTEGER      reports  reports of the incident
-- column  priority     TINYINT      level    level of the incident, 1 worst
-- column  lon_ud       INTEGER      1e-6deg  middle of the incident
-- column  lat_ud       INTEGER      1e-6deg  middle of the incident
-- rows    one per report that is part of an incident, in no order
SELECT part.incident_id, part.event_id, part.is_first, part.first_at, part.reported_at, part.mode, part.category, part.nth,
       newest.n_reports, newest.priority, newest.lon_ud, newest.lat_ud
FROM (
    SELECT incident_id, event_id, is_first, occurred_at AS first_at, reported_at, mode, category, n_reports AS nth
    FROM incidents
    WHERE known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at) AND merged_at <= $as_of
) AS part
JOIN (
    SELECT incident_id, n_reports, priority, lon_ud, lat_ud,
           row_number() OVER (PARTITION BY incident_id ORDER BY n_reports DESC) AS place
    FROM incidents
    WHERE known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at) AND merged_at <= $as_of
) AS newest ON newest.incident_id = part.incident_id AND newest.place = 1
