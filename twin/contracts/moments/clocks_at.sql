-- clocks_at.sql: the clock that runs of every open event: to the first acknowledgement while nobody has acknowledged, else to
-- the answer to the citizen; an event that is open again is held against the same closing. Both begin when the order was opened.
-- uses events_at
-- param   as_of         TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at      TIMESTAMPTZ  UTC    and had been recorded by then
-- param   amber_pct     INTEGER      %      share of the target from which a clock is amber
-- reads   event_facts
-- column  event_id      VARCHAR      -      event
-- column  created_at    TIMESTAMPTZ  UTC    where both clocks start
-- column  mode          VARCHAR      -      live or drill
-- column  source_id     VARCHAR      -      source
-- column  category      VARCHAR      -      kind of trouble
-- column  title         VARCHAR      -      a line that names it
-- column  priority      TINYINT      level  1 worst
-- column  level         VARCHAR      -      level of the city that holds it
-- column  district_id   VARCHAR      -      district; null where unknown
-- column  street_code   VARCHAR      -      street-level unit; null where unknown
-- column  lon_ud        INTEGER      1e-6deg  longitude; null where unknown
-- column  lat_ud        INTEGER      1e-6deg  latitude; null where unknown
-- column  stage         VARCHAR      -      furthest stage reached; handle while open again
-- column  is_refused    BOOLEAN      -      a closing was refused because its moments made no sense
-- column  clock         VARCHAR      -      response or closure
-- column  elapsed_s     BIGINT       s      since the order was opened
-- column  target_s      INTEGER      s      target of that clock; null without one
-- column  left_s        BIGINT       s      until the target; 0 and below once it is reached; null without one
-- column  state         VARCHAR      -      fine, amber, red from the target on; none without a target
-- rows    one per open event, in no order
SELECT event_id, created_at, mode, source_id, category, title, priority, level, district_id, street_code, lon_ud, lat_ud, stage,
       is_refused, clock, elapsed_s, target_s, target_s - elapsed_s AS left_s,
       CASE WHEN target_s IS NULL THEN 'none' WHEN elapsed_s >= target_s THEN 'red'
            WHEN 100 * elapsed_s >= $amber_pct * CAST(target_s AS BIGINT) THEN 'amber' ELSE 'fine' END AS state
FROM (
    SELECT event_id, created_at, mode, source_id, category, title, priority, level, district_id, street_code, lon_ud, lat_ud, stage,
           is_refused, age_s AS elapsed_s, CASE WHEN is_acked THEN 'closure' ELSE 'response' END AS clock,
           CASE WHEN is_acked THEN closure_target_s ELSE response_target_s END AS target_s
    FROM events_at WHERE is_open
) AS running
