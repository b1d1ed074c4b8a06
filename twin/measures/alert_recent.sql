-- alert_recent.sql: which of some events have facts in the files at hand.
-- param   ids       VARCHAR[]  -  events
-- reads   event_facts
-- column  event_id  VARCHAR    -  event
-- rows    one per event that has, by id
SELECT DISTINCT event_id FROM event_facts WHERE event_id IN (SELECT unnest($ids)) ORDER BY event_id
