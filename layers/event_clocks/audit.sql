-- layers/event_clocks/audit.sql: stages that events left out, and steps back, of the last 24 hours: what an auditor asks about.
-- A skip is an entry that goes further than one stage beyond all that the event had entered before; a step back one into a stage
-- before the one that it was in. Feeds of orders give no stages: what follows from their orders' moments is neither.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param of_orders VARCHAR[] - feeds whose events' stages follow from their moments
-- param most INTEGER rows how many at most
-- uses events_at
-- uses stages_at
-- uses entries_at
-- reads event_facts, event_stages, event_sources, districts
-- column id VARCHAR - what to pick on the map
-- column kind VARCHAR - event_clocks-skip or event_clocks-back
-- column at TIMESTAMPTZ UTC when it entered the stage
-- column priority INTEGER level 1 worst, 4 least
-- column title VARCHAR - a line that names it
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name
-- column district_en VARCHAR - its name in English
-- column from_stage VARCHAR - of a skip the furthest stage before, of a step back the one it was in; null where it was in none
-- column to_stage VARCHAR - stage that it entered
-- column source VARCHAR - name of its source
-- column source_en VARCHAR - the same in English
-- column n_all BIGINT entries such ones in all, of which the list is the newest
-- rows one per such entry, newest first
WITH lately AS (
    SELECT DISTINCT event_id FROM entries_at WHERE entered_at > $as_of - INTERVAL 24 HOUR
), steps AS (
    SELECT entries_at.event_id, entries_at.stage, entries_at.stage_n, entries_at.entered_at,
           max(entries_at.stage_n) OVER (PARTITION BY entries_at.event_id ORDER BY entries_at.entered_at, entries_at.stage_n
                                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS furthest_n,
           lag(entries_at.stage_n) OVER (PARTITION BY entries_at.event_id ORDER BY entries_at.entered_at, entries_at.stage_n) AS before_n
    FROM entries_at JOIN lately ON lately.event_id = entries_at.event_id
), odd AS (
    SELECT event_id, stage, stage_n, entered_at, CASE WHEN stage_n < before_n THEN 'event_clocks-back' ELSE 'event_clocks-skip' END AS kind,
           CASE WHEN stage_n < before_n THEN before_n ELSE furthest_n END AS from_n
    FROM steps
    WHERE entered_at > $as_of - INTERVAL 24 HOUR AND (stage_n < before_n OR stage_n > coalesce(furthest_n, 0) + 1)
), found AS (
    SELECT odd.event_id, odd.stage, odd.stage_n, odd.entered_at, odd.kind, odd.from_n, events_at.priority, events_at.title,
           events_at.district_id, events_at.source_id, count(*) OVER () AS n_all
    FROM odd JOIN events_at ON events_at.event_id = odd.event_id JOIN stages_at ON stages_at.event_id = odd.event_id
    WHERE events_at.mode = $mode AND NOT array_contains($of_orders, stages_at.source)
      AND ($district = '' OR events_at.district_id = $district OR array_contains($zone_streets, events_at.street_code))
), names AS (
    SELECT 1 AS place, 'sense' AS stage UNION ALL SELECT 2, 'monitor' UNION ALL SELECT 3, 'judge'
    UNION ALL SELECT 4, 'warn' UNION ALL SELECT 5, 'handle' UNION ALL SELECT 6, 'evaluate'
)
SELECT 'event_heat:' || found.event_id AS id, found.kind, found.entered_at AS at, CAST(found.priority AS INTEGER) AS priority, found.title,
       found.district_id, districts.name AS district, districts.name_en AS district_en, names.stage AS from_stage, found.stage AS to_stage,
       event_sources.name AS source, event_sources.name_en AS source_en, found.n_all
FROM found LEFT JOIN names ON names.place = found.from_n LEFT JOIN districts ON districts.district_id = found.district_id
LEFT JOIN event_sources ON event_sources.source_id = found.source_id
ORDER BY found.entered_at DESC, found.event_id, found.stage_n LIMIT $most
