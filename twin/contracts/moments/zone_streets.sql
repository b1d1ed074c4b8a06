-- zone_streets.sql: which streets lie in a functional zone. A zone has no code of its own in the
-- address of an event: an event lies in the zone of its street, and in its district as well.
-- reads   streets
-- column  street_code  VARCHAR  -  street-level unit
-- column  zone_id      VARCHAR  -  functional zone
-- rows    one per street of a zone, in no order
SELECT street_code, zone_id FROM streets WHERE zone_id IS NOT NULL
