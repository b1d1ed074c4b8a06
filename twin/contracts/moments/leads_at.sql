-- leads_at.sql: the units that had been sent to an event by one moment, as known at another, and the one that leads them: of
-- several the one sent last. Each order by its newest version then, as in orders_at.sql.
-- param   as_of      TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at   TIMESTAMPTZ  UTC    and had been recorded by then
-- reads   dispatches
-- column  event_id   VARCHAR      -      event that the orders belonged to, as known
-- column  unit_id    VARCHAR      -      unit that leads; null where none does
-- column  unit_name  VARCHAR      -      name by which people know it
-- column  n_units    BIGINT       units  units ordered to it
-- column  n_arrived  BIGINT       units  those of them that are on site, or were
-- rows    one per event with an order, in no order
SELECT event_id, max(CASE WHEN nth = 1 AND role = 'lead' THEN unit_id END) AS unit_id,
       max(CASE WHEN nth = 1 AND role = 'lead' THEN unit_name END) AS unit_name,
       count(*) AS n_units, count(CASE WHEN arrived_at <= $as_of THEN 1 END) AS n_arrived
FROM (
    SELECT event_id, unit_id, unit_name, role, arrived_at,
           row_number() OVER (PARTITION BY event_id ORDER BY CASE WHEN role = 'lead' THEN 0 ELSE 1 END, sent_at DESC, dispatch_id) AS nth
    FROM (
        SELECT dispatch_id, event_id, unit_id, unit_name, role, sent_at, arrived_at,
               row_number() OVER (PARTITION BY dispatch_id ORDER BY version DESC) AS newest
        FROM dispatches WHERE recorded_at <= $known_at
    ) AS known
    WHERE newest = 1 AND sent_at <= $as_of
) AS sent
GROUP BY event_id
