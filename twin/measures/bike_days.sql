-- bike_days.sql: days on which cameras saw bikes.
-- param   ids        VARCHAR[]    -    of these bikes only, by any of their versions; null for all
-- param   bicycle    VARCHAR      -    what a model calls one bike
-- param   city_zone  VARCHAR      -    the city's time zone
-- reads   detections
-- column  device_id  VARCHAR      -    camera
-- column  day        TIMESTAMP    -    start of the day by the city's clock, a day beginning at four in the morning
-- rows    one per camera and day, in this order
SELECT DISTINCT device_id, date_trunc('day', timezone($city_zone, occurred_at) - INTERVAL 4 HOUR) AS day
FROM detections
WHERE ($ids IS NULL AND class = $bicycle) OR array_contains($ids, detection_id)
ORDER BY day, device_id
