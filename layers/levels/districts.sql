-- layers/levels/districts.sql: what each district holds of its own open events, what of them the city holds, and what it
-- handed up to the city and got back today.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- uses level_at
-- uses steps_today
-- uses steps_heard
-- reads event_facts, escalations, districts
-- column district_id VARCHAR - district; null for events of no district of the pack
-- column name VARCHAR - its name; null for events of no district of the pack
-- column name_en VARCHAR - its name in English
-- column kind VARCHAR - district, functional_zone or unknown
-- column n_held BIGINT events open and held by the district, a street or a community of it
-- column n_city BIGINT events open and held by the city
-- column n_up BIGINT steps handed up to the city today, open or not; null while no step at all is known
-- column n_down BIGINT steps came down from the city today, open or not; null while no step at all is known
-- rows one per district, the most held by the city first, then by what it holds, then by id; then one of no district, if any
WITH held AS (
    SELECT coalesce(districts.district_id, '') AS district_id, count(CASE WHEN level <> 'city' THEN 1 END) AS n_held,
           count(CASE WHEN level = 'city' THEN 1 END) AS n_city
    FROM level_at LEFT JOIN districts ON districts.district_id = level_at.district_id
    WHERE level_at.mode = $mode GROUP BY coalesce(districts.district_id, '')
), steps AS (
    SELECT coalesce(districts.district_id, '') AS district_id, count(CASE WHEN is_up AND to_level = 'city' THEN 1 END) AS n_up,
           count(CASE WHEN NOT is_up AND from_level = 'city' THEN 1 END) AS n_down
    FROM steps_today LEFT JOIN districts ON districts.district_id = steps_today.district_id
    WHERE steps_today.mode = $mode GROUP BY coalesce(districts.district_id, '')
), places AS (
    SELECT district_id, name, name_en, kind FROM districts WHERE kind = 'district'
       OR district_id IN (SELECT district_id FROM held) OR district_id IN (SELECT district_id FROM steps)
    UNION ALL
    SELECT '' AS district_id, NULL AS name, NULL AS name_en, 'unknown' AS kind WHERE '' IN (SELECT district_id FROM held) OR '' IN (SELECT district_id FROM steps)
), counted AS (
    SELECT places.district_id, places.name, places.name_en, places.kind, CASE WHEN places.district_id = '' THEN 1 ELSE 0 END AS is_unknown,
           coalesce(held.n_held, 0) AS n_held, coalesce(held.n_city, 0) AS n_city,
           CASE WHEN steps_heard.is_any THEN coalesce(steps.n_up, 0) END AS n_up,
           CASE WHEN steps_heard.is_any THEN coalesce(steps.n_down, 0) END AS n_down
    FROM places CROSS JOIN steps_heard LEFT JOIN held ON held.district_id = places.district_id
    LEFT JOIN steps ON steps.district_id = places.district_id
)
SELECT nullif(district_id, '') AS district_id, name, name_en, kind, n_held, n_city, n_up, n_down
FROM counted ORDER BY is_unknown, n_city DESC, n_held DESC, district_id NULLS LAST
