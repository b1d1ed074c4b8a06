-- events_chosen.sql: the events of a moment that a view's filters leave, of the living city or of its drill: the one home of the filters.
-- param   as_of          TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at       TIMESTAMPTZ  UTC    and had been recorded by then
-- param   mode           VARCHAR      -      live or drill; the other is left out
-- param   of_source      VARCHAR      -      one source's id, or all
-- param   of_category    VARCHAR      -      one kind of trouble, or all
-- param   of_categories  VARCHAR[]    -      the kinds that a department answers for; none for any
-- param   of_priority    INTEGER      level  one priority, or 0 for all
-- param   of_stage       VARCHAR      -      events that have reached this stage and no later one, or all
-- param   of_level       VARCHAR      -      level of the city at which they were opened, or all
-- uses    events_at
-- reads   event_facts
-- column  event_id       VARCHAR      -      event
-- column  occurred_at    TIMESTAMPTZ  UTC    when it happened
-- column  created_at     TIMESTAMPTZ  UTC    when the order was opened; may still lie ahead
-- column  source_id      VARCHAR      -      source
-- column  title          VARCHAR      -      a line that names it
-- column  priority       TINYINT      level  1 worst
-- column  district_id    VARCHAR      -      district; null where unknown
-- column  street_code    VARCHAR      -      street-level unit; null where unknown
-- column  lon_ud         INTEGER      1e-6deg  longitude; null where unknown
-- column  lat_ud         INTEGER      1e-6deg  latitude; null where unknown
-- column  age_s          BIGINT       s      since the order was opened; below zero before that
-- column  is_open        BOOLEAN      -      opened, and not closed since it was opened or reopened
-- column  stage          VARCHAR      -      furthest stage reached; handle while open again
-- rows    one per event that had occurred by then, was known, and is not filtered out, in no order
SELECT event_id, occurred_at, created_at, source_id, title, priority, district_id, street_code, lon_ud, lat_ud, age_s, is_open, stage
FROM events_at
WHERE mode = $mode
  AND ($of_source = 'all' OR source_id = $of_source) AND ($of_category = 'all' OR category = $of_category)
  AND (coalesce(len($of_categories), 0) = 0 OR array_contains($of_categories, category))
  AND ($of_priority = 0 OR priority = $of_priority) AND ($of_stage = 'all' OR stage = $of_stage)
  AND ($of_level = 'all' OR level = $of_level)
