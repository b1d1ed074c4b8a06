-- placed_at.sql: whether any event that had happened by one moment and was known at another says where it was: in a
-- district of the pack, or in a street of a zone. Where none does, nothing can be told of a single district: it is not at
-- rest, its events are among those of no known district.
-- param   as_of      TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at   TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   event_facts, districts, streets
-- column  is_placed  BOOLEAN      -    there was one, of any mode
-- rows    one
SELECT count(*) > 0 AS is_placed
FROM (
    SELECT event_id FROM event_facts
    WHERE occurred_at <= $as_of AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
      AND (district_id IN (SELECT district_id FROM districts)
           OR street_code IN (SELECT street_code FROM streets WHERE zone_id IS NOT NULL))
    LIMIT 1
) AS placed
