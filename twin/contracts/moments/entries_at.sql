-- entries_at.sql: every entry of an event into a stage that had happened by one moment, as known at another: but for those that
-- a later row corrects, from when that was recorded.
-- param   as_of       TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at    TIMESTAMPTZ  UTC      and had been recorded by then
-- reads   event_stages
-- column  event_id    VARCHAR      -        event
-- column  stage       VARCHAR      -        stage entered
-- column  entered_at  TIMESTAMPTZ  UTC      when
-- column  stage_n     INTEGER      ordinal  its place among the six
-- rows    one per entry, in no order
SELECT entered.event_id, entered.stage, entered.occurred_at AS entered_at,
       CASE entered.stage WHEN 'sense' THEN 1 WHEN 'monitor' THEN 2 WHEN 'judge' THEN 3 WHEN 'warn' THEN 4 WHEN 'handle' THEN 5 ELSE 6 END AS stage_n
FROM event_stages AS entered
LEFT JOIN (
    SELECT DISTINCT event_id, stage, replaces_at FROM event_stages WHERE replaces_at IS NOT NULL AND recorded_at <= $known_at
) AS corrected ON corrected.event_id = entered.event_id AND corrected.stage = entered.stage
              AND corrected.replaces_at = entered.occurred_at
WHERE entered.occurred_at <= $as_of AND entered.recorded_at <= $known_at AND corrected.event_id IS NULL
