-- learned_later.sql: what had happened by one moment and was recorded only after another: events that nobody knew of then, events
-- whose newest record says something else than the one known then, and answers to the citizen. It is asked of a snapshot that
-- holds what was recorded later.
-- param   as_of        TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC    what was recorded after that is told
-- reads   events, feedbacks
-- column  event_id     VARCHAR      -      event
-- column  kind         VARCHAR      -      late, corrected or answered
-- column  recorded_at  TIMESTAMPTZ  UTC    when it was first recorded so
-- column  mode         VARCHAR      -      live or drill, by its newest record
-- column  title        VARCHAR      -      a line that names it, by its newest record
-- column  priority     TINYINT      level  1 worst, by its newest record
-- column  district_id  VARCHAR      -      district, by its newest record; null where unknown
-- rows    one per event and kind, in no order
WITH later AS (
    SELECT event_id, min(recorded_at) AS recorded_at FROM events
    WHERE recorded_at > $known_at AND occurred_at <= $as_of GROUP BY event_id
), told AS ( -- an answer that a later one replaces was none
    SELECT answered.event_id, min(answered.recorded_at) AS recorded_at FROM feedbacks AS answered
    LEFT JOIN (
        SELECT event_id, replaces FROM feedbacks WHERE replaces IS NOT NULL
    ) AS replaced ON replaced.event_id = answered.event_id AND replaced.replaces = answered.version
    WHERE answered.recorded_at > $known_at AND answered.told_at <= $as_of AND replaced.event_id IS NULL GROUP BY answered.event_id
), of_these AS (
    SELECT event_id FROM later UNION SELECT event_id FROM told
), versions AS (
    SELECT events.event_id, events.recorded_at, events.mode, events.title, events.priority, events.district_id, events.category,
           events.level, events.street_code, events.lon_ud, events.lat_ud, events.occurred_at, events.created_at,
           row_number() OVER (PARTITION BY events.event_id ORDER BY events.version DESC) AS nth,
           row_number() OVER (PARTITION BY events.event_id, events.recorded_at <= $known_at ORDER BY events.version DESC) AS nth_then
    FROM events JOIN of_these ON of_these.event_id = events.event_id
), newest AS (
    SELECT event_id, mode, title, priority, district_id, category, level, street_code, lon_ud, lat_ud, occurred_at, created_at
    FROM versions WHERE nth = 1
), known AS (
    SELECT event_id, title, priority, district_id, category, level, street_code, lon_ud, lat_ud, occurred_at, created_at
    FROM versions WHERE nth_then = 1 AND recorded_at <= $known_at
)
SELECT newest.event_id, CASE WHEN known.event_id IS NULL THEN 'late' ELSE 'corrected' END AS kind, later.recorded_at, newest.mode,
       newest.title, newest.priority, newest.district_id
FROM later JOIN newest ON newest.event_id = later.event_id LEFT JOIN known ON known.event_id = later.event_id
WHERE newest.occurred_at <= $as_of AND (known.event_id IS NULL OR known.title <> newest.title OR known.priority <> newest.priority
   OR known.district_id IS DISTINCT FROM newest.district_id OR known.category <> newest.category OR known.level <> newest.level
   OR known.street_code IS DISTINCT FROM newest.street_code OR known.lon_ud IS DISTINCT FROM newest.lon_ud
   OR known.lat_ud IS DISTINCT FROM newest.lat_ud OR known.occurred_at <> newest.occurred_at OR known.created_at <> newest.created_at)
UNION ALL
SELECT newest.event_id, 'answered', told.recorded_at, newest.mode, newest.title, newest.priority, newest.district_id
FROM told JOIN newest ON newest.event_id = told.event_id JOIN known ON known.event_id = told.event_id
