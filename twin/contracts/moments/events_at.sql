-- events_at.sql: the events that had happened by one moment, as they were known at another: the one home of both clocks.
-- First the row that was known then; then what of it had happened by the moment looked at, and was recorded.
-- A clock that would run backwards (acknowledged or closed before the order was opened, by a correction) has no length:
-- null, though the event is acknowledged or closed. An event that was reopened and is open is in handling again, whatever it
-- had reached before. Nor has closing one where only is known by when it was closed.
-- param   as_of              TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at           TIMESTAMPTZ  UTC    and had been recorded by then
-- reads   event_facts
-- column  event_id           VARCHAR      -      event
-- column  occurred_at        TIMESTAMPTZ  UTC    when it happened
-- column  created_at         TIMESTAMPTZ  UTC    when the order was opened; may still lie ahead
-- column  mode               VARCHAR      -      live or drill
-- column  source_id          VARCHAR      -      source
-- column  category           VARCHAR      -      kind of trouble
-- column  title              VARCHAR      -      a line that names it
-- column  priority           TINYINT      level  1 worst
-- column  level              VARCHAR      -      level of the city that holds it
-- column  is_proactive       BOOLEAN      -      found before anybody complained
-- column  district_id        VARCHAR      -      district; null where unknown
-- column  street_code        VARCHAR      -      street-level unit; null where unknown
-- column  lon_ud             INTEGER      1e-6deg  longitude; null where unknown
-- column  lat_ud             INTEGER      1e-6deg  latitude; null where unknown
-- column  age_s              BIGINT       s      since the order was opened; below zero before that
-- column  is_open            BOOLEAN      -      opened, and not closed since it was opened or reopened
-- column  is_closed_untimed  BOOLEAN      -      closed, when exactly is not known
-- column  is_acked           BOOLEAN      -      a unit has acknowledged
-- column  response_s         BIGINT       s      to the first acknowledgement; null without, or without a length
-- column  closure_s          BIGINT       s      until the citizen was told; null while open, untimed, or without a length
-- column  stage              VARCHAR      -      furthest stage reached; handle while open again
-- column  stage_n            INTEGER      ordinal  its place among the six
-- column  is_monitored       BOOLEAN      -      has come into the stage
-- column  is_judged          BOOLEAN      -      has come into the stage
-- column  is_warned          BOOLEAN      -      has come into the stage
-- column  is_handled         BOOLEAN      -      has come into the stage
-- column  is_evaluated       BOOLEAN      -      has come into the stage
-- column  is_refused         BOOLEAN      -      open, and a closing was refused because its moments made no sense
-- column  response_target_s  INTEGER      s      target for its source and priority; null without one
-- column  closure_target_s   INTEGER      s      target for its source and priority; null without one
-- rows    one per event that had occurred by then and was known, in no order
SELECT event_id, occurred_at, created_at, mode, source_id, category, title, priority, level, is_proactive,
       district_id, street_code, lon_ud, lat_ud,
       (epoch_us($as_of) - epoch_us(created_at)) // 1000000 AS age_s,
       created_at <= $as_of AND (closed_at IS NULL OR closed_at > $as_of OR closed_known_at > $known_at)
         AND (closed_by_at IS NULL OR closed_by_at > $as_of OR closed_by_known_at > $known_at) AS is_open,
       coalesce(closed_by_at <= $as_of AND closed_by_known_at <= $known_at, FALSE) AS is_closed_untimed,
       coalesce(acked_at <= $as_of AND acked_known_at <= $known_at, FALSE) AS is_acked,
       CASE WHEN acked_at <= $as_of AND acked_known_at <= $known_at AND acked_at >= created_at
            THEN (epoch_us(acked_at) - epoch_us(created_at)) // 1000000 END AS response_s,
       CASE WHEN closed_at <= $as_of AND closed_known_at <= $known_at AND closed_at >= created_at
            THEN (epoch_us(closed_at) - epoch_us(created_at)) // 1000000 END AS closure_s,
       CASE WHEN holds_from IS NOT NULL AND (closed_at IS NULL OR closed_at > $as_of OR closed_known_at > $known_at)
                 AND (closed_by_at IS NULL OR closed_by_at > $as_of OR closed_by_known_at > $known_at) THEN 'handle'
            WHEN evaluate_at <= $as_of AND evaluate_known_at <= $known_at THEN 'evaluate'
            WHEN handle_at <= $as_of AND handle_known_at <= $known_at THEN 'handle'
            WHEN warn_at <= $as_of AND warn_known_at <= $known_at THEN 'warn'
            WHEN judge_at <= $as_of AND judge_known_at <= $known_at THEN 'judge'
            WHEN monitor_at <= $as_of AND monitor_known_at <= $known_at THEN 'monitor' ELSE 'sense' END AS stage,
       CASE WHEN holds_from IS NOT NULL AND (closed_at IS NULL OR closed_at > $as_of OR closed_known_at > $known_at)
                 AND (closed_by_at IS NULL OR closed_by_at > $as_of OR closed_by_known_at > $known_at) THEN 5
            WHEN evaluate_at <= $as_of AND evaluate_known_at <= $known_at THEN 6
            WHEN handle_at <= $as_of AND handle_known_at <= $known_at THEN 5
            WHEN warn_at <= $as_of AND warn_known_at <= $known_at THEN 4
            WHEN judge_at <= $as_of AND judge_known_at <= $known_at THEN 3
            WHEN monitor_at <= $as_of AND monitor_known_at <= $known_at THEN 2 ELSE 1 END AS stage_n,
       coalesce(monitor_at <= $as_of AND monitor_known_at <= $known_at, FALSE) AS is_monitored,
       coalesce(judge_at <= $as_of AND judge_known_at <= $known_at, FALSE) AS is_judged,
       coalesce(warn_at <= $as_of AND warn_known_at <= $known_at, FALSE) AS is_warned,
       coalesce(handle_at <= $as_of AND handle_known_at <= $known_at, FALSE) AS is_handled,
       coalesce(evaluate_at <= $as_of AND evaluate_known_at <= $known_at, FALSE) AS is_evaluated,
       coalesce(refused_known_at <= $known_at, FALSE) AND created_at <= $as_of
         AND (closed_at IS NULL OR closed_at > $as_of OR closed_known_at > $known_at)
         AND (closed_by_at IS NULL OR closed_by_at > $as_of OR closed_by_known_at > $known_at) AS is_refused,
       response_target_s, closure_target_s
FROM event_facts
WHERE occurred_at <= $as_of AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
  AND (holds_from IS NULL OR holds_from <= $as_of) AND (holds_to IS NULL OR holds_to > $as_of)
