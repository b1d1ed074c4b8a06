-- layers/levels/levels.sql: how many open events each of the four levels holds, and how many were handed up from it and came
-- down to it today.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- uses level_at
-- uses steps_today
-- uses steps_heard
-- uses heard_at
-- reads event_facts, escalations
-- column level VARCHAR - city, district, street, community
-- column named VARCHAR - message key of its name
-- column n_open BIGINT events open events that it holds now; the four add up to open_now of the same area; null while no event is known
-- column n_up BIGINT steps handed up from it today, open or not; null while no step at all is known
-- column n_down BIGINT steps came down to it today, open or not; null while no step at all is known
-- rows four, from the city to the community
WITH levels AS (
    SELECT 1 AS place, 'city' AS level UNION ALL SELECT 2, 'district' UNION ALL SELECT 3, 'street' UNION ALL SELECT 4, 'community'
), held AS (
    SELECT level, count(*) AS n FROM level_at
    WHERE mode = $mode AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
    GROUP BY level
), steps AS (
    SELECT from_level, to_level, is_up FROM steps_today
    WHERE mode = $mode AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
), up AS (
    SELECT from_level AS level, count(*) AS n FROM steps WHERE is_up GROUP BY from_level
), down AS (
    SELECT to_level AS level, count(*) AS n FROM steps WHERE NOT is_up GROUP BY to_level
)
SELECT levels.level, 'levels-' || levels.level AS named, CASE WHEN heard_at.is_heard THEN coalesce(held.n, 0) END AS n_open,
       CASE WHEN steps_heard.is_any THEN coalesce(up.n, 0) END AS n_up,
       CASE WHEN steps_heard.is_any THEN coalesce(down.n, 0) END AS n_down
FROM levels CROSS JOIN heard_at CROSS JOIN steps_heard LEFT JOIN held ON held.level = levels.level LEFT JOIN up ON up.level = levels.level
LEFT JOIN down ON down.level = levels.level
ORDER BY levels.place
