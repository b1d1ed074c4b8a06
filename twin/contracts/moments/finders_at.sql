-- finders_at.sql: whether any source that finds trouble by itself, before anybody complains, had been heard of: an event
-- that was found so, or one of a source that does so by the pack.
-- param   as_of      TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at   TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   event_facts, event_sources
-- column  is_any     BOOLEAN      -    there was one, in any mode
-- rows    one
SELECT count(*) > 0 AS is_any
FROM (
    SELECT event_id FROM event_facts
    WHERE occurred_at <= $as_of AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
      AND (is_proactive OR source_id IN (SELECT source_id FROM event_sources WHERE finds = 'proactive'))
    LIMIT 1
) AS found
