-- layers/districts/street_counts.sql: events of every street-level unit of a district or functional zone, side by side.
-- An event is counted where its newest known row says that it is, once; one of the district that names no street of the pack, or
-- none, is counted as of no known street, so that the streets of a district add up to it.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- uses events_at
-- reads event_facts, streets
-- column street_code VARCHAR - street-level unit; null for events of no known street
-- column kind VARCHAR - street; 'no-street' for events of no known street
-- column name VARCHAR - name as the city writes it; null for the last row
-- column name_en VARCHAR - its name in English
-- column events_today BIGINT events happened today; null if no event is known of the last eight days
-- column open_now BIGINT events open; null if no event is known of the last eight days and none is open anywhere
-- column overdue_now BIGINT events open for longer than their target of closing; null where open_now is
-- rows streets, most open first, then most overdue, then most of today, then by code; then one of no known street, if there is any
WITH known AS (
    SELECT event_id, district_id, street_code, occurred_at, is_open,
           coalesce(is_open AND age_s > closure_target_s, FALSE) AS is_overdue
    FROM events_at WHERE mode = $mode
), heard AS (
    SELECT count(CASE WHEN occurred_at > $as_of - INTERVAL 192 HOUR THEN 1 END) > 0 AS is_lately,
           count(CASE WHEN is_open OR occurred_at > $as_of - INTERVAL 192 HOUR THEN 1 END) > 0 AS is_any
    FROM known
), own AS (
    SELECT street_code, name, name_en FROM streets
    WHERE CASE WHEN len($zone_streets) > 0 THEN array_contains($zone_streets, street_code) ELSE district_id = $district END
), counted AS (
    SELECT own.street_code, count(CASE WHEN known.occurred_at >= $day_from THEN 1 END) AS events_today,
           count(CASE WHEN known.is_open THEN 1 END) AS open_now, count(CASE WHEN known.is_overdue THEN 1 END) AS overdue_now
    FROM known LEFT JOIN own ON own.street_code = known.street_code
    WHERE CASE WHEN len($zone_streets) > 0 THEN own.street_code IS NOT NULL ELSE known.district_id = $district END
    GROUP BY own.street_code
), listed AS (
    SELECT own.street_code, 'street' AS kind, own.name, own.name_en, coalesce(counted.events_today, 0) AS events_today,
           coalesce(counted.open_now, 0) AS open_now, coalesce(counted.overdue_now, 0) AS overdue_now
    FROM own LEFT JOIN counted ON counted.street_code = own.street_code
    UNION ALL
    SELECT NULL, 'no-street', NULL, NULL, events_today, open_now, overdue_now
    FROM counted WHERE street_code IS NULL AND events_today + open_now > 0
)
SELECT street_code, kind, name, name_en, CASE WHEN is_lately THEN events_today END AS events_today,
       CASE WHEN is_any THEN open_now END AS open_now, CASE WHEN is_any THEN overdue_now END AS overdue_now
FROM listed CROSS JOIN heard
ORDER BY CASE WHEN kind = 'street' THEN 0 ELSE 1 END, listed.open_now DESC, listed.overdue_now DESC, listed.events_today DESC,
         street_code NULLS LAST
