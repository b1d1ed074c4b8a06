-- layers/alerts/districts.sql: open alerts by district; those of no district, such as links and sources, in a row of their own.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- uses alerts_at
-- reads alerts, districts
-- column district_id VARCHAR - district; null for the row of none
-- column name VARCHAR - its name; null for the row of none
-- column name_en VARCHAR - its name in English
-- column kind VARCHAR - district, or no_district
-- column level INTEGER level the worst that is open
-- column n_open BIGINT alerts open now
-- column n_first BIGINT alerts of those, level 1
-- column n_second BIGINT alerts of those, level 2
-- rows one per district with an open alert, most first; at the end that of none
WITH opened AS (
    SELECT district_id, CAST(min(level) AS INTEGER) AS level, count(*) AS n, count(CASE WHEN level = 1 THEN 1 END) AS n_first,
           count(CASE WHEN level = 2 THEN 1 END) AS n_second
    FROM alerts_at WHERE is_open AND mode = $mode GROUP BY district_id
)
SELECT opened.district_id, districts.name, districts.name_en,
       CASE WHEN opened.district_id IS NULL THEN 'no_district' ELSE 'district' END AS kind, opened.level, opened.n AS n_open,
       opened.n_first, opened.n_second
FROM opened LEFT JOIN districts ON districts.district_id = opened.district_id
ORDER BY CASE WHEN opened.district_id IS NULL THEN 1 ELSE 0 END, opened.n DESC, opened.district_id NULLS LAST
