-- layers/units/suggested.sql: units that the words of an event suggest, and whether an order went to them.
-- A report that speaks of danger, in its title or its own words as known then, suggests the pack's safety_units. The same words
-- raise its level where orders are taken in.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param event VARCHAR - an event's id, or empty for the worst open one with several units
-- param safety_words VARCHAR[] - words that say danger
-- param safety_units VARCHAR[] - units that are suggested then
-- uses events_at
-- reads event_facts, events, dispatches
-- column id VARCHAR - what to pick on the map
-- column event_id VARCHAR - event
-- column title VARCHAR - a line that names it
-- column details VARCHAR - the report's own words; null for none
-- column word VARCHAR - words of it that say danger
-- column unit_name VARCHAR - unit that is suggested
-- column state VARCHAR - message key: an order was sent to it, or not yet
-- rows one per unit, in the order of the pack; none where no word says danger
WITH chosen AS ( -- the named event; else of the open ones with several units the worst, of as bad the newest
    SELECT event_id FROM (
        SELECT events_at.event_id, row_number() OVER (ORDER BY events_at.priority, events_at.created_at DESC, events_at.event_id) AS nth
        FROM events_at
        WHERE events_at.mode = $mode AND CASE WHEN $event = '' THEN events_at.is_open
                  AND events_at.event_id IN (SELECT event_id FROM dispatches WHERE recorded_at <= $known_at AND sent_at <= $as_of
                                             GROUP BY event_id HAVING count(DISTINCT dispatch_id) > 1)
              ELSE events_at.event_id = $event END
    ) AS ranked WHERE nth = 1
), said AS (
    SELECT events.event_id, events.title, events.details, row_number() OVER (ORDER BY version DESC) AS nth
    FROM events JOIN chosen ON chosen.event_id = events.event_id WHERE recorded_at <= $known_at
), words AS (
    SELECT unnest($safety_words) AS word
), found AS (
    SELECT said.event_id, said.title, said.details, string_agg(words.word, '、' ORDER BY words.word) AS word
    FROM said JOIN words ON lower(said.title || ' ' || coalesce(said.details, '')) LIKE '%' || lower(words.word) || '%'
    WHERE said.nth = 1
    GROUP BY said.event_id, said.title, said.details
), units AS (
    SELECT unnest($safety_units) AS unit_name, unnest(range(0, len($safety_units))) AS place
), sent AS (
    SELECT DISTINCT unit_name FROM dispatches JOIN chosen ON chosen.event_id = dispatches.event_id
    WHERE recorded_at <= $known_at AND sent_at <= $as_of
)
SELECT 'event_heat:' || found.event_id AS id, found.event_id, found.title, found.details, found.word, units.unit_name,
       CASE WHEN sent.unit_name IS NULL THEN 'units-not-sent' ELSE 'units-sent' END AS state
FROM found CROSS JOIN units LEFT JOIN sent ON sent.unit_name = units.unit_name
ORDER BY units.place
