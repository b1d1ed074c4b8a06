-- layers/districts/counts.sql: events of every district and functional zone, side by side, and of the whole city.
-- An event is counted where its newest known row says that it is, once; so the districts add up to the whole. One that names no
-- district of the pack, or none, is counted as of no known district. A functional zone counts what lies in its streets, which
-- counts in their districts too.
-- Where no event that is known says where it was, no district is told of.
-- A zone without an outline and without streets, of which no event is known, is unknown, not at rest: nothing places an event in it.
-- An event that is closed, nobody knows when, is neither open nor closed today.
-- The day and what is open count as in headline/events.sql, and are unknown where they are there.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- uses events_at
-- uses zone_streets
-- uses placed_at
-- reads event_facts, districts, streets
-- column id VARCHAR - what to pick on the map; null for the last two rows
-- column district_id VARCHAR - district; null for the last two rows
-- column kind VARCHAR - district or functional_zone; 'unknown' for events of no known district, 'total' for the whole city
-- column name VARCHAR - name as the city writes it; null for the last two rows
-- column name_en VARCHAR - name in English
-- column events_today BIGINT events happened today; null if no event is known of the last eight days
-- column open_now BIGINT events open; null if no event is known of the last eight days and none is open anywhere
-- column overdue_now BIGINT events open for longer than their target of closing; null where open_now is
-- column closed_today BIGINT events closed today and not open again; null where open_now is
-- column refused_now BIGINT events open though a closing was given, since its moments made no sense; null where open_now is
-- rows districts and zones, most open first, then most overdue, then most of today, unknown ones last, then by id;
--      then one of events of no known district; then the whole city
WITH known AS (
    SELECT events_at.event_id, coalesce(districts.district_id, '') AS district_id, zone_streets.zone_id, events_at.occurred_at, events_at.is_open,
           coalesce(events_at.is_open AND events_at.age_s > events_at.closure_target_s, FALSE) AS is_overdue, events_at.is_refused
    FROM events_at LEFT JOIN districts ON districts.district_id = events_at.district_id
    LEFT JOIN zone_streets ON zone_streets.street_code = events_at.street_code
    WHERE events_at.mode = $mode
), closings AS ( -- events_at holds how long an event was open in whole seconds; whether that ended today hangs on microseconds
    SELECT event_id FROM event_facts
    WHERE closed_at >= $day_from AND closed_at <= $as_of AND closed_known_at <= $known_at
      AND occurred_at <= $as_of AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
      AND (holds_from IS NULL OR holds_from <= $as_of) AND (holds_to IS NULL OR holds_to > $as_of) AND created_at <= $as_of
), pairs AS ( -- an event has one district, '' for none of the pack, and at most one zone
    SELECT known.district_id, known.zone_id, count(CASE WHEN known.occurred_at >= $day_from THEN 1 END) AS events_today,
           count(CASE WHEN known.is_open THEN 1 END) AS open_now, count(CASE WHEN known.is_overdue THEN 1 END) AS overdue_now,
           count(closings.event_id) AS closed_today, count(CASE WHEN known.is_refused THEN 1 END) AS refused_now,
           count(CASE WHEN known.occurred_at > $as_of - INTERVAL 192 HOUR THEN 1 END) AS n_lately
    FROM known LEFT JOIN closings ON closings.event_id = known.event_id
    GROUP BY known.district_id, known.zone_id
), heard AS (
    SELECT coalesce(sum(n_lately), 0) > 0 AS is_lately, coalesce(sum(n_lately + open_now), 0) > 0 AS is_any FROM pairs
), located AS ( -- null is the whole city
    SELECT district_id AS area_id, events_today, open_now, overdue_now, closed_today, refused_now FROM pairs
    UNION ALL
    SELECT zone_id, events_today, open_now, overdue_now, closed_today, refused_now FROM pairs
    WHERE zone_id IS NOT NULL AND zone_id <> district_id
    UNION ALL
    SELECT NULL, events_today, open_now, overdue_now, closed_today, refused_now FROM pairs
), counted AS (
    SELECT area_id, sum(events_today) AS events_today, sum(open_now) AS open_now, sum(overdue_now) AS overdue_now,
           sum(closed_today) AS closed_today, sum(refused_now) AS refused_now
    FROM located GROUP BY area_id
), places AS (
    SELECT 1 AS place, district_id AS area_id, kind, name, name_en,
           (n_cells > 0 OR kind = 'district' OR district_id IN (SELECT zone_id FROM zone_streets)) AND placed_at.is_placed AS is_told
    FROM districts CROSS JOIN placed_at
    UNION ALL SELECT 2, '', 'unknown', NULL, NULL, TRUE
), listed AS (
    SELECT places.place, places.area_id, places.kind, places.name, places.name_en, counted.events_today, counted.open_now,
           counted.overdue_now, counted.closed_today, counted.refused_now, places.is_told OR counted.area_id IS NOT NULL AS is_told
    FROM places LEFT JOIN counted ON counted.area_id = places.area_id
    UNION ALL
    SELECT 3, NULL, 'total', NULL, NULL, events_today, open_now, overdue_now, closed_today, refused_now, TRUE
    FROM heard LEFT JOIN counted ON counted.area_id IS NULL
), answered AS (
    SELECT place, area_id, kind, name, name_en, is_told,
           CASE WHEN is_told AND heard.is_lately THEN coalesce(events_today, 0) END AS events_today,
           CASE WHEN is_told AND heard.is_any THEN coalesce(open_now, 0) END AS open_now,
           CASE WHEN is_told AND heard.is_any THEN coalesce(overdue_now, 0) END AS overdue_now,
           CASE WHEN is_told AND heard.is_any THEN coalesce(closed_today, 0) END AS closed_today,
           CASE WHEN is_told AND heard.is_any THEN coalesce(refused_now, 0) END AS refused_now
    FROM listed CROSS JOIN heard
)
SELECT CASE WHEN place = 1 THEN 'districts:' || area_id END AS id, CASE WHEN place = 1 THEN area_id END AS district_id,
       kind, name, name_en, CAST(events_today AS BIGINT) AS events_today, CAST(open_now AS BIGINT) AS open_now,
       CAST(overdue_now AS BIGINT) AS overdue_now, CAST(closed_today AS BIGINT) AS closed_today,
       CAST(refused_now AS BIGINT) AS refused_now
FROM answered
ORDER BY place, CASE WHEN is_told THEN 0 ELSE 1 END, answered.open_now DESC NULLS LAST, answered.overdue_now DESC NULLS LAST,
         answered.events_today DESC NULLS LAST, area_id NULLS LAST
