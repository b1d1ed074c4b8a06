-- steps_heard.sql: whether any step by which an event went up or came down was known by a moment: where none was, nobody
-- tells of them, and none today is no zero.
-- param   as_of     TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at  TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   escalations
-- column  is_any    BOOLEAN      -    there was one
-- rows    one
SELECT count(*) > 0 AS is_any
FROM (SELECT escalation_id FROM escalations WHERE occurred_at <= $as_of AND recorded_at <= $known_at LIMIT 1) AS found
