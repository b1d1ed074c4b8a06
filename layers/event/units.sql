-- layers/event/units.sql: the orders of one event, unit by unit, each with its own clock, as known then. A
-- clock that would run backwards, by a correction, has no length.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param event VARCHAR - the event
-- uses events_at
-- reads dispatches, event_facts
-- column dispatch_id VARCHAR - order
-- column unit VARCHAR - name by which people know the unit
-- column role VARCHAR - lead or assist
-- column is_required BOOLEAN - closing waits for it
-- column sent_at TIMESTAMPTZ UTC order sent
-- column acked_s BIGINT s from the opening of the event to its acknowledgement; null while it has not acknowledged
-- column arrived_s BIGINT s from the opening of the event until it was on site; null while it is not
-- column done_s BIGINT s from the opening of the event until it was done; null while it is not
-- column state VARCHAR - unit-sent, unit-acked, unit-arrived or unit-done: message keys
-- column result VARCHAR - what it reported; null where nothing
-- rows one per order sent by then, the lead first, then as sent
WITH known AS (
    SELECT dispatch_id, event_id, unit_name, role, is_required, sent_at, acked_at, arrived_at, done_at, result,
           row_number() OVER (PARTITION BY dispatch_id ORDER BY version DESC) AS nth
    FROM dispatches WHERE recorded_at <= $known_at
      AND dispatch_id IN (SELECT dispatch_id FROM dispatches WHERE event_id = $event)
), opened AS (
    SELECT created_at FROM events_at WHERE event_id = $event
), sent AS (
    SELECT known.dispatch_id, known.unit_name, known.role, known.is_required, known.sent_at, opened.created_at, known.result,
           CASE WHEN known.acked_at <= $as_of THEN known.acked_at END AS acked_at,
           CASE WHEN known.arrived_at <= $as_of THEN known.arrived_at END AS arrived_at,
           CASE WHEN known.done_at <= $as_of THEN known.done_at END AS done_at
    FROM known CROSS JOIN opened WHERE known.nth = 1 AND known.event_id = $event AND known.sent_at <= $as_of
)
SELECT dispatch_id, unit_name AS unit, role, is_required, sent_at,
       CASE WHEN acked_at >= created_at THEN (epoch_us(acked_at) - epoch_us(created_at)) // 1000000 END AS acked_s,
       CASE WHEN arrived_at >= created_at THEN (epoch_us(arrived_at) - epoch_us(created_at)) // 1000000 END AS arrived_s,
       CASE WHEN done_at >= created_at THEN (epoch_us(done_at) - epoch_us(created_at)) // 1000000 END AS done_s,
       CASE WHEN done_at IS NOT NULL THEN 'unit-done' WHEN arrived_at IS NOT NULL THEN 'unit-arrived'
            WHEN acked_at IS NOT NULL THEN 'unit-acked' ELSE 'unit-sent' END AS state,
       CASE WHEN done_at IS NOT NULL THEN result END AS result
FROM sent ORDER BY CASE WHEN role = 'lead' THEN 0 ELSE 1 END, sent_at, dispatch_id
