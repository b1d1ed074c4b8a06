-- reports_near.sql: every version of events that are named, or of which one version was opened in a span of time.
-- param   ids          VARCHAR[]    -        events, whenever they were opened
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
-- rows    one per version, by event, moment of knowing and version
WITH near AS (
    SELECT event_id FROM events WHERE created_at >= $first_at AND created_at <= $last_at
    UNION SELECT unnest($ids)
)
SELECT events.event_id, version, recorded_at, created_at, mode, category, priority, lon_ud, lat_ud
FROM events JOIN near ON near.event_id = events.event_id
ORDER BY events.event_id, recorded_at, version
