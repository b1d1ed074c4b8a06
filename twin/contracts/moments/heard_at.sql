-- heard_at.sql: whether any event that had happened by one moment was known at another: whether
-- the data reach back so far that what is counted from there on is counted whole.
-- param   as_of     TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at  TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   event_facts
-- column  is_heard  BOOLEAN      -    there was one, of any mode
-- rows    one
SELECT count(*) > 0 AS is_heard
FROM (
    SELECT event_id FROM event_facts
    WHERE occurred_at <= $as_of AND known_from <= $known_at
      AND (known_to IS NULL OR known_to > $known_at)
    LIMIT 1
) AS earlier
