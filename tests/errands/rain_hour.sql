-- rain_hour.sql: rain of the last hour at each gauge, by what was known then.
-- param   as_of        TIMESTAMPTZ  UTC  moment looked at
-- param   known_at     TIMESTAMPTZ  UTC  moment from which nothing more is known
-- reads   rain
-- column  station_id   VARCHAR      -    gauge
-- column  mm_hour      DOUBLE       mm   rain of the last hour
-- rows    one per gauge with a reading in the last hour, by its id
SELECT station_id, sum(mm_5min) AS mm_hour
FROM rain
WHERE occurred_at > $as_of - INTERVAL 1 HOUR AND occurred_at <= $as_of AND recorded_at <= $known_at
GROUP BY station_id ORDER BY station_id
