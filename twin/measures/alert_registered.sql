-- alert_registered.sql: from when aircraft were known to the register.
-- param   as_of     TIMESTAMPTZ  UTC  known by then
-- reads   drones
-- column  drone_id  VARCHAR      -    aircraft
-- column  k_us      BIGINT       us   from when its first entry was known, since 1970
-- rows    one per aircraft, by id
SELECT drone_id, epoch_us(min(greatest(occurred_at, recorded_at))) AS k_us
FROM drones WHERE greatest(occurred_at, recorded_at) <= $as_of
GROUP BY drone_id ORDER BY drone_id
