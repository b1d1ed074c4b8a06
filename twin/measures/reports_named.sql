-- reports_named.sql: every version of some events, whenever they were opened.
-- param   ids          VARCHAR[]    -        events
-- param   first_id     VARCHAR      -        least of ids: what lies outside need not be read
-- param   last_id      VARCHAR      -        greatest of ids
-- reads   events
-- column  event_id     VARCHAR      -        event
-- column  version      SMALLINT     count    version
-- column  recorded_at  TIMESTAMPTZ  UTC      when it was known
-- column  created_at   TIMESTAMPTZ  UTC      when the report was opened
-- column  mode         VARCHAR      -        live or drill
-- column  category     VARCHAR      -        kind of trouble
-- column  priority     TINYINT      level    1 worst
-- column  lon_ud       INTEGER      1e-6deg  longitude; null where unknown
-- column  lat_ud       INTEGER      1e-6deg  latitude; null where unknown
-- rows    one per version, by event, then version
SELECT event_id, version, recorded_at, created_at, mode, category, priority, lon_ud, lat_ud
FROM events
WHERE event_id >= $first_id AND event_id <= $last_id AND event_id IN (SELECT unnest($ids))
ORDER BY event_id, version
