-- layers/levels/recent.sql: the newest steps of the day by which events went up or came down. A step of an event that nobody
-- knows is shown with its number: it counts in no figure.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other is not listed
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param most INTEGER rows how many at most
-- uses steps_today
-- reads event_facts, escalations, districts
-- column id VARCHAR - what to pick on the map; empty where the event is closed or not known
-- column occurred_at TIMESTAMPTZ UTC when
-- column since_s BIGINT s how long ago that was
-- column title VARCHAR - a line that names the event; its number where it is not known
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name; null where unknown
-- column district_en VARCHAR - its name in English
-- column from_level VARCHAR - level that held it
-- column to_level VARCHAR - level that holds it from then on
-- column way VARCHAR - message key of both in one
-- column is_up BOOLEAN - it went up, else it came down
-- column reason VARCHAR - why
-- column actor VARCHAR - who handed it on; null if not told
-- rows one per step, newest first
WITH newest AS (
    SELECT escalation_id, event_id, occurred_at, title, district_id, from_level, to_level, is_up, reason, actor, is_open
    FROM steps_today
    WHERE (mode = $mode OR (mode IS NULL AND $mode = 'live'))
      AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
    ORDER BY occurred_at DESC, escalation_id LIMIT $most
)
SELECT CASE WHEN newest.is_open THEN 'event_heat:' || newest.event_id ELSE '' END AS id, newest.occurred_at,
       (epoch_us($as_of) - epoch_us(newest.occurred_at)) // 1000000 AS since_s, coalesce(newest.title, newest.event_id) AS title, newest.district_id,
       districts.name AS district, districts.name_en AS district_en, newest.from_level, newest.to_level,
       'levels-' || newest.from_level || '-' || newest.to_level AS way, newest.is_up, newest.reason, newest.actor
FROM newest LEFT JOIN districts ON districts.district_id = newest.district_id
ORDER BY newest.occurred_at DESC, newest.escalation_id
