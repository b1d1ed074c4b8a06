-- stages_at.sql: when events had entered each stage by one moment, as known at another: the rows of events_at.sql, by the same
-- rule, with their moments.
-- param   as_of        TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC    and had been recorded by then
-- reads   event_facts
-- column  event_id     VARCHAR      -      event
-- column  mode         VARCHAR      -      live or drill
-- column  created_at   TIMESTAMPTZ  UTC    when the order was opened; may still lie ahead
-- column  source       VARCHAR      -      feed
-- column  district_id  VARCHAR      -      district; null where unknown
-- column  street_code  VARCHAR      -      street-level unit; null where unknown
-- column  reopened_at  TIMESTAMPTZ  UTC    since when it is open again, or was until it was closed; null if it was never reopened
-- column  is_open      BOOLEAN      -      opened, and not closed since it was opened or reopened
-- column  closed_at    TIMESTAMPTZ  UTC    citizen told; null while open, and where the time is not known
-- column  sense_at     TIMESTAMPTZ  UTC    first entered the stage; null if it had not, or nobody knew
-- column  monitor_at   TIMESTAMPTZ  UTC    the same
-- column  judge_at     TIMESTAMPTZ  UTC    the same
-- column  warn_at      TIMESTAMPTZ  UTC    the same
-- column  handle_at    TIMESTAMPTZ  UTC    the same
-- column  evaluate_at  TIMESTAMPTZ  UTC    the same
-- rows    one per event that had occurred by then and was known, in no order
SELECT event_id, mode, created_at, source, district_id, street_code, holds_from AS reopened_at,
       created_at <= $as_of AND (closed_at IS NULL OR closed_at > $as_of OR closed_known_at > $known_at)
         AND (closed_by_at IS NULL OR closed_by_at > $as_of OR closed_by_known_at > $known_at) AS is_open,
       CASE WHEN closed_at <= $as_of AND closed_known_at <= $known_at THEN closed_at END AS closed_at,
       CASE WHEN sense_at <= $as_of AND sense_known_at <= $known_at THEN sense_at END AS sense_at,
       CASE WHEN monitor_at <= $as_of AND monitor_known_at <= $known_at THEN monitor_at END AS monitor_at,
       CASE WHEN judge_at <= $as_of AND judge_known_at <= $known_at THEN judge_at END AS judge_at,
       CASE WHEN warn_at <= $as_of AND warn_known_at <= $known_at THEN warn_at END AS warn_at,
       CASE WHEN handle_at <= $as_of AND handle_known_at <= $known_at THEN handle_at END AS handle_at,
       CASE WHEN evaluate_at <= $as_of AND evaluate_known_at <= $known_at THEN evaluate_at END AS evaluate_at
FROM event_facts
WHERE occurred_at <= $as_of AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
  AND (holds_from IS NULL OR holds_from <= $as_of) AND (holds_to IS NULL OR holds_to > $as_of)
