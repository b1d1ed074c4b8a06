-- level_at.sql: which level of the city holds each open event at one moment, as it was known at another: the one to which
-- the newest step known then handed it, else the event's own level, where it began. A step counts by its newest version known
-- then; of two steps of one moment the one recorded later is the newer, then the one with the greater number.
-- uses events_at
-- param   as_of        TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   event_facts, escalations
-- column  event_id     VARCHAR      -    event
-- column  mode         VARCHAR      -    live or drill
-- column  district_id  VARCHAR      -    district; null where unknown
-- column  street_code  VARCHAR      -    street-level unit; null where unknown
-- column  began_at     VARCHAR      -    level where it began
-- column  level        VARCHAR      -    level that holds it
-- column  moved_at     TIMESTAMPTZ  UTC  when it came there; null where it began
-- rows    one per open event, in no order
WITH still_open AS (
    SELECT event_id, mode, district_id, street_code, level FROM events_at WHERE is_open
), steps AS ( -- any step that some version gave to one of these events
    SELECT DISTINCT escalations.escalation_id FROM escalations JOIN still_open ON still_open.event_id = escalations.event_id
), versions AS (
    SELECT escalations.escalation_id, escalations.event_id, escalations.to_level, escalations.occurred_at, escalations.recorded_at,
           row_number() OVER (PARTITION BY escalations.escalation_id ORDER BY escalations.version DESC) AS nth
    FROM escalations JOIN steps ON steps.escalation_id = escalations.escalation_id
    WHERE escalations.recorded_at <= $known_at
), in_time AS (
    SELECT event_id, to_level, occurred_at,
           row_number() OVER (PARTITION BY event_id ORDER BY occurred_at DESC, recorded_at DESC, escalation_id DESC) AS nth
    FROM versions WHERE nth = 1 AND occurred_at <= $as_of
)
SELECT still_open.event_id, still_open.mode, still_open.district_id, still_open.street_code, still_open.level AS began_at,
       coalesce(in_time.to_level, still_open.level) AS level, in_time.occurred_at AS moved_at
FROM still_open LEFT JOIN in_time ON in_time.event_id = still_open.event_id AND in_time.nth = 1
