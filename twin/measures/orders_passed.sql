-- orders_passed.sql: events that orders belonged to, by any of their versions: an order may pass from one event to another.
-- param   orders    VARCHAR[]  -  orders
-- param   first_id  VARCHAR    -  least of them: what lies outside need not be read
-- param   last_id   VARCHAR    -  greatest of them
-- reads   dispatches
-- column  event_id  VARCHAR    -  event
-- rows    one per event, by id
SELECT DISTINCT event_id
FROM dispatches
WHERE dispatch_id >= $first_id AND dispatch_id <= $last_id AND dispatch_id IN (SELECT unnest($orders))
ORDER BY event_id
