-- layers/event/steps.sql: the steps of one event up and down the four levels, each by its newest version known then.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param event VARCHAR - the event
-- reads escalations
-- column way VARCHAR - step-up or step-down: message keys
-- column from_level VARCHAR - level-city and so on: message keys
-- column to_level VARCHAR - level-city and so on: message keys
-- column moved_at TIMESTAMPTZ UTC when it was handed on
-- column reason VARCHAR - why, as recorded
-- rows one per step, earliest first
WITH known AS (
    SELECT escalation_id, event_id, from_level, to_level, occurred_at, reason,
           row_number() OVER (PARTITION BY escalation_id ORDER BY version DESC) AS nth
    FROM escalations WHERE recorded_at <= $known_at
      AND escalation_id IN (SELECT escalation_id FROM escalations WHERE event_id = $event)
), placed AS (
    SELECT escalation_id, from_level, to_level, occurred_at, reason,
           CASE from_level WHEN 'city' THEN 1 WHEN 'district' THEN 2 WHEN 'street' THEN 3 ELSE 4 END AS from_place,
           CASE to_level WHEN 'city' THEN 1 WHEN 'district' THEN 2 WHEN 'street' THEN 3 ELSE 4 END AS to_place
    FROM known WHERE nth = 1 AND event_id = $event AND occurred_at <= $as_of
)
SELECT CASE WHEN to_place < from_place THEN 'step-up' ELSE 'step-down' END AS way, 'level-' || from_level AS from_level,
       'level-' || to_level AS to_level, occurred_at AS moved_at, reason
FROM placed ORDER BY occurred_at, escalation_id
