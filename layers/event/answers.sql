-- layers/event/answers.sql: what the citizen was told of one event, each answer that counted then, in the order of the world.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param event VARCHAR - the event
-- reads feedbacks
-- column told_at TIMESTAMPTZ UTC citizen told; null where only is known that it is closed
-- column what VARCHAR - answer-told, answer-untimed or answer-reopened: message keys
-- column is_satisfied BOOLEAN - the citizen's answer; null if not asked
-- column satisfied VARCHAR - answer-yes or answer-no: message keys; null if not asked
-- column recorded_at TIMESTAMPTZ UTC when that was recorded
-- rows one per answer, earliest first
WITH known AS (
    SELECT version, told_at, coalesce(told_at, occurred_at) AS said_at, is_satisfied, is_reopened, recorded_at FROM feedbacks
    WHERE event_id = $event AND recorded_at <= $known_at AND coalesce(told_at, occurred_at) <= $as_of
), corrected AS (
    SELECT replaces FROM feedbacks WHERE event_id = $event AND recorded_at <= $known_at AND replaces IS NOT NULL
)
SELECT known.told_at, CASE WHEN known.is_reopened THEN 'answer-reopened' WHEN known.told_at IS NULL THEN 'answer-untimed'
                           ELSE 'answer-told' END AS what, known.is_satisfied,
       CASE WHEN known.is_satisfied THEN 'answer-yes' WHEN NOT known.is_satisfied THEN 'answer-no' END AS satisfied, known.recorded_at
FROM known LEFT JOIN corrected ON corrected.replaces = known.version
WHERE corrected.replaces IS NULL ORDER BY known.said_at, known.version
