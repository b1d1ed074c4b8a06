-- alert_registered.sql: from when aircraft were known to the register.
-- reads   drones
-- column  drone_id  VARCHAR      -    aircraft
-- column  k_us      BIGINT       us   from when its first entry was known, since 1970
-- rows    one per aircraft, by id
SELECT drone_id, epoch_us(min(greatest(occurred_at, recorded_at))) AS k_us
FROM drones
GROUP BY drone_id ORDER BY drone_id
