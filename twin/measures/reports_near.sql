-- reports_near.sql: versions of events that were opened in a span of time.
-- param   first_at     TIMESTAMPTZ  UTC      start of the span
-- param   last_at      TIMESTAMPTZ  UTC      end of the span, which is part of it
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
FROM events WHERE created_at >= $first_at AND created_at <= $last_at
ORDER BY event_id, version
