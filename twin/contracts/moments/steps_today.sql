-- steps_today.sql: the steps by which events went up or came down since the city's day began, as they were known at a
-- moment; each by its newest version then. A step of an event that nobody knows has neither mode nor place.
-- uses events_at
-- param   as_of          TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at       TIMESTAMPTZ  UTC    and had been recorded by then
-- param   day_from       TIMESTAMPTZ  UTC    start of the city's day
-- reads   event_facts, escalations
-- column  escalation_id  VARCHAR      -      step
-- column  event_id       VARCHAR      -      event that was handed on
-- column  occurred_at    TIMESTAMPTZ  UTC    when
-- column  from_level     VARCHAR      -      level that held it
-- column  to_level       VARCHAR      -      level that holds it from then on
-- column  is_up          BOOLEAN      -      it went up, else it came down
-- column  reason         VARCHAR      -      why
-- column  actor          VARCHAR      -      who handed it on; null if not told
-- column  mode           VARCHAR      -      live or drill; null where the event is not known
-- column  title          VARCHAR      -      a line that names the event; null where it is not known
-- column  priority       TINYINT      level  1 worst; null where the event is not known
-- column  district_id    VARCHAR      -      district; null where unknown
-- column  street_code    VARCHAR      -      street-level unit; null where unknown
-- column  is_open        BOOLEAN      -      the event is open; null where it is not known
-- rows    one per step, in no order
WITH lately AS ( -- a correction may move a step into the day or out of it
    SELECT DISTINCT escalation_id FROM escalations WHERE occurred_at >= $day_from AND recorded_at <= $known_at
), versions AS (
    SELECT escalations.escalation_id, escalations.event_id, escalations.occurred_at, escalations.from_level, escalations.to_level,
           escalations.reason, escalations.actor,
           row_number() OVER (PARTITION BY escalations.escalation_id ORDER BY escalations.version DESC) AS nth
    FROM escalations JOIN lately ON lately.escalation_id = escalations.escalation_id
    WHERE escalations.recorded_at <= $known_at
), steps AS (
    SELECT escalation_id, event_id, occurred_at, from_level, to_level, reason, actor,
           CASE to_level WHEN 'city' THEN 1 WHEN 'district' THEN 2 WHEN 'street' THEN 3 ELSE 4 END
               < CASE from_level WHEN 'city' THEN 1 WHEN 'district' THEN 2 WHEN 'street' THEN 3 ELSE 4 END AS is_up
    FROM versions WHERE nth = 1 AND occurred_at >= $day_from AND occurred_at <= $as_of
), known AS (
    SELECT events_at.event_id, events_at.mode, events_at.title, events_at.priority, events_at.district_id, events_at.street_code,
           events_at.is_open
    FROM events_at JOIN (SELECT DISTINCT event_id FROM steps) AS moved ON moved.event_id = events_at.event_id
)
SELECT steps.escalation_id, steps.event_id, steps.occurred_at, steps.from_level, steps.to_level, steps.is_up, steps.reason, steps.actor,
       known.mode, known.title, known.priority, known.district_id, known.street_code, known.is_open
FROM steps LEFT JOIN known ON known.event_id = steps.event_id
