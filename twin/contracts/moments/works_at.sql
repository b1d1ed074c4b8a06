-- works_at.sql: every thing that a programme renews, how far it was at one moment as known at
-- another, and whether it had been finished when its programme year closed, on 31 December by the
-- city's clocks. A version is a step of the works.
-- param   as_of      TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at   TIMESTAMPTZ  UTC  and had been recorded by then
-- param   city_zone  VARCHAR      -    the city's time zone
-- reads   estates, lifts, communities
-- column  programme    VARCHAR   -     estates, lifts or communities
-- column  scope        VARCHAR   -     what is counted
-- column  year         SMALLINT  year  programme year
-- column  district_id  VARCHAR   -     district; null where unknown
-- column  is_done      BOOLEAN   -     finished
-- column  is_begun     BOOLEAN   -     begun and not finished
-- column  was_done     BOOLEAN   -     finished by the end of its programme year
-- rows    one per thing, in no order
WITH steps AS (
    SELECT 'estates' AS programme, 'renovated' AS scope, estate_id AS item_id, version, year,
           district_id, status = 'accepted' AS is_done, status = 'under_way' AS is_begun,
           year(timezone($city_zone, occurred_at)) AS in_year,
           year(timezone($city_zone, accepted_at)) AS done_in
    FROM estates WHERE occurred_at <= $as_of AND recorded_at <= $known_at
    UNION ALL
    SELECT 'lifts', kind, lift_id, version, year, district_id, status = 'accepted',
           status IN ('approved', 'building'), year(timezone($city_zone, occurred_at)),
           year(timezone($city_zone, accepted_at))
    FROM lifts WHERE occurred_at <= $as_of AND recorded_at <= $known_at
    UNION ALL
    SELECT 'communities', 'converted', community_id, version, year, district_id, status = 'open',
           status = 'under_way', year(timezone($city_zone, occurred_at)),
           year(timezone($city_zone, opened_at))
    FROM communities WHERE occurred_at <= $as_of AND recorded_at <= $known_at
), newest AS (
    SELECT programme, item_id, scope, year, district_id, is_done, is_begun, done_in,
           row_number() OVER (PARTITION BY programme, item_id ORDER BY version DESC) AS nth
    FROM steps
), closing AS ( -- as it stood when the year closed
    SELECT steps.programme, steps.item_id, steps.is_done,
           row_number() OVER (PARTITION BY steps.programme, steps.item_id
                              ORDER BY steps.version DESC) AS nth
    FROM steps JOIN newest ON newest.programme = steps.programme
                          AND newest.item_id = steps.item_id AND newest.nth = 1
    WHERE steps.in_year <= newest.year
)
SELECT newest.programme, newest.scope, newest.year, newest.district_id, newest.is_done,
       newest.is_begun,
       CASE WHEN newest.is_done AND newest.done_in IS NOT NULL THEN newest.done_in <= newest.year
            ELSE coalesce(closing.is_done, FALSE) END AS was_done
FROM newest LEFT JOIN closing ON closing.programme = newest.programme
                             AND closing.item_id = newest.item_id AND closing.nth = 1
WHERE newest.nth = 1
