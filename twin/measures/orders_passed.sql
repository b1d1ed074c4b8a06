-- orders_passed.sql: events that orders belonged to, by any of their versions: an order may pass from one event to another.
-- param   orders    VARCHAR[]  -  orders
-- reads   dispatches
-- column  event_id  VARCHAR    -  event
-- rows    one per event, by id
WITH wanted AS (
    SELECT unnest($orders) AS dispatch_id
)
SELECT DISTINCT dispatches.event_id
FROM dispatches JOIN wanted ON wanted.dispatch_id = dispatches.dispatch_id
ORDER BY dispatches.event_id
