-- alert_inflow.sql: when events of sources were opened, of those hours that are asked about.
-- The first version of each counts, drills do not.
-- param   opened_from TIMESTAMPTZ UTC  opened later than this
-- param   as_of      TIMESTAMPTZ  UTC  known by then
-- param   every_s    INTEGER      s    only hours that lie a whole number of these before `hour_from`; null for all
-- param   hour_from  TIMESTAMPTZ  UTC  first moment of an hour; of no meaning without every_s
-- param   hours      INTEGER      h    so many hours before it count with it
-- reads   events
-- column  source_id  VARCHAR      -    source
-- column  k_us       BIGINT       us   from when it was known, since 1970
-- column  o_us       BIGINT       us   when it was opened, since 1970
-- rows    one per event, by source, o_us, k_us
SELECT source_id, epoch_us(greatest(created_at, recorded_at)) AS k_us, epoch_us(created_at) AS o_us
FROM events
WHERE version = 1 AND mode = 'live' AND created_at > $opened_from AND created_at <= $as_of AND recorded_at <= $as_of
  AND ($every_s IS NULL OR (epoch_us($hour_from) + 3599999999 - epoch_us(created_at)) % (1000000 * CAST($every_s AS BIGINT)) < 3600000000 * (1 + $hours))
ORDER BY source_id, o_us, k_us
