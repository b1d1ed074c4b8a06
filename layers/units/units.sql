-- layers/units/units.sql: the units that work on one event in parallel, each by its own clock.
-- The named event; where none is named, the worst open one with several units. Each clock of a unit begins when its own order
-- was sent; one that would run backwards, by a correction, has no length.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param event VARCHAR - an event's id, or empty for the worst open one with several units
-- uses events_at
-- reads event_facts, dispatches
-- column id VARCHAR - what to pick on the map
-- column event_id VARCHAR - event
-- column title VARCHAR - a line that names it
-- column dispatch_id VARCHAR - order
-- column unit_id VARCHAR - unit
-- column unit_name VARCHAR - name by which people know it
-- column role VARCHAR - message key: lead or assist
-- column is_required BOOLEAN - closing waits for it
-- column state VARCHAR - message key: waiting, on the way, on site, done
-- column sent_at TIMESTAMPTZ UTC order sent
-- column acked_at TIMESTAMPTZ UTC acknowledged; null while it is not
-- column arrived_at TIMESTAMPTZ UTC on site; null while it is not
-- column done_at TIMESTAMPTZ UTC done; null while it is not
-- column acked_s BIGINT s from sent to acknowledged
-- column arrived_s BIGINT s from sent to on site
-- column done_s BIGINT s from sent to done
-- column running_s BIGINT s since it was sent; null once it is done
-- column result VARCHAR - what it reported; null for nothing
-- rows one per unit's order, the lead first, then by when they were sent, and number
WITH chosen AS ( -- the named event; else of the open ones with several units the worst, of as bad the newest
    SELECT event_id, title FROM (
        SELECT events_at.event_id, events_at.title, row_number() OVER (ORDER BY events_at.priority, events_at.created_at DESC, events_at.event_id) AS nth
        FROM events_at
        WHERE events_at.mode = $mode AND CASE WHEN $event = '' THEN events_at.is_open
                  AND events_at.event_id IN (SELECT event_id FROM dispatches WHERE recorded_at <= $known_at AND sent_at <= $as_of
                                             GROUP BY event_id HAVING count(DISTINCT dispatch_id) > 1)
              ELSE events_at.event_id = $event END
    ) AS ranked WHERE nth = 1
), versions AS (
    SELECT dispatches.event_id, dispatch_id, unit_id, unit_name, role, is_required, sent_at, acked_at, arrived_at, done_at, result,
           row_number() OVER (PARTITION BY dispatch_id ORDER BY version DESC) AS nth
    FROM dispatches
    WHERE recorded_at <= $known_at
      AND dispatch_id IN (SELECT dispatches.dispatch_id FROM dispatches JOIN chosen ON chosen.event_id = dispatches.event_id)
), orders AS (
    SELECT versions.event_id, chosen.title, dispatch_id, unit_id, unit_name, role, is_required, sent_at,
           CASE WHEN acked_at <= $as_of THEN acked_at END AS acked_at,
           CASE WHEN arrived_at <= $as_of THEN arrived_at END AS arrived_at,
           CASE WHEN done_at <= $as_of THEN done_at END AS done_at, result
    FROM versions JOIN chosen ON chosen.event_id = versions.event_id
    WHERE nth = 1 AND sent_at <= $as_of
)
SELECT 'event_heat:' || orders.event_id AS id, orders.event_id, orders.title, dispatch_id, unit_id, unit_name,
       'units-' || role AS role, is_required,
       CASE WHEN done_at IS NOT NULL THEN 'units-done' WHEN arrived_at IS NOT NULL THEN 'units-on-site'
            WHEN acked_at IS NOT NULL THEN 'units-on-the-way' ELSE 'units-waiting' END AS state,
       sent_at, acked_at, arrived_at, done_at,
       CASE WHEN acked_at >= sent_at THEN (epoch_us(acked_at) - epoch_us(sent_at)) // 1000000 END AS acked_s,
       CASE WHEN arrived_at >= sent_at THEN (epoch_us(arrived_at) - epoch_us(sent_at)) // 1000000 END AS arrived_s,
       CASE WHEN done_at >= sent_at THEN (epoch_us(done_at) - epoch_us(sent_at)) // 1000000 END AS done_s,
       CASE WHEN done_at IS NULL THEN (epoch_us($as_of) - epoch_us(sent_at)) // 1000000 END AS running_s,
       CASE WHEN done_at IS NOT NULL THEN result END AS result
FROM orders
ORDER BY CASE role WHEN 'lead' THEN 0 ELSE 1 END, sent_at, dispatch_id
