-- orders_at.sql: orders to units sent by one moment, as they were known at another; each by its newest version then.
-- param   as_of        TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   dispatches
-- column  dispatch_id  VARCHAR      -    order
-- column  event_id     VARCHAR      -    event that it belonged to, as known
-- column  unit_id      VARCHAR      -    unit
-- column  unit_name    VARCHAR      -    name by which people know the unit
-- column  role         VARCHAR      -    part it plays: lead or assist
-- column  is_arrived   BOOLEAN      -    the unit is on site
-- rows    one per order, in no order
SELECT dispatch_id, event_id, unit_id, unit_name, role, coalesce(arrived_at <= $as_of, FALSE) AS is_arrived
FROM (
    SELECT dispatch_id, event_id, unit_id, unit_name, role, sent_at, arrived_at,
           row_number() OVER (PARTITION BY dispatch_id ORDER BY version DESC) AS nth
    FROM dispatches WHERE recorded_at <= $known_at
) AS known
WHERE nth = 1 AND sent_at <= $as_of
