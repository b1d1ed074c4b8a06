-- progress_at.sql: each programme, year, scope and area against its plan, at one moment as known at
-- another; scopes are never mixed. Plans and published results are those of the snapshot: a pack
-- has no history.
-- uses estates_at
-- uses lifts_at
-- uses communities_at
-- param   as_of       TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at    TIMESTAMPTZ  UTC    and had been recorded by then
-- param   this_year   INTEGER      year   year of `as_of` by the city's calendar
-- param   year_share  DOUBLE       share  of that year's days that have begun
-- reads   targets, estates, lifts, communities
-- column  year       SMALLINT  year   programme year
-- column  programme  VARCHAR   -      estates, lifts or communities
-- column  scope      VARCHAR   -      what is counted
-- column  area_id    VARCHAR   -      a district, or 'city'
-- column  plan       INTEGER   items  planned; null if never published
-- column  actual     INTEGER   items  finished; null until the first report
-- column  under_way  INTEGER   items  begun and not finished; null until the first report
-- column  due        REAL      items  what a straight line would have finished by now; null without a plan
-- column  basis      VARCHAR   -      published, counted or none
-- rows    one per programme, year, scope and area, in no order
WITH items AS (
    SELECT year, 'estates' AS programme, 'renovated' AS scope, district_id,
           status = 'accepted' AS is_done, status = 'under_way' AS is_begun
    FROM estates_at
    UNION ALL
    SELECT year, 'lifts', kind, district_id, status = 'accepted',
           status IN ('approved', 'building')
    FROM lifts_at
    UNION ALL
    SELECT year, 'communities', 'converted', district_id, status = 'open', status = 'under_way'
    FROM communities_at
), counted AS (
    SELECT year, programme, scope, 'city' AS area_id, count(CASE WHEN is_done THEN 1 END) AS done,
           count(CASE WHEN is_begun THEN 1 END) AS begun
    FROM items GROUP BY year, programme, scope
    UNION ALL
    SELECT year, programme, scope, district_id, count(CASE WHEN is_done THEN 1 END),
           count(CASE WHEN is_begun THEN 1 END)
    FROM items WHERE district_id IS NOT NULL GROUP BY year, programme, scope, district_id
), planned AS (
    SELECT year, programme, scope, coalesce(district_id, 'city') AS area_id, plan, actual
    FROM targets
), merged AS (
    SELECT coalesce(planned.year, counted.year) AS year,
           coalesce(planned.programme, counted.programme) AS programme,
           coalesce(planned.scope, counted.scope) AS scope,
           coalesce(planned.area_id, counted.area_id) AS area_id,
           planned.plan, planned.actual AS published, counted.done, counted.begun
    FROM planned
    FULL JOIN counted ON planned.year = counted.year AND planned.programme = counted.programme
                     AND planned.scope = counted.scope AND planned.area_id = counted.area_id
)
SELECT CAST(year AS SMALLINT) AS year, programme, scope, area_id, CAST(plan AS INTEGER) AS plan,
       CAST(coalesce(published, done) AS INTEGER) AS actual, CAST(begun AS INTEGER) AS under_way,
       CAST(CASE WHEN plan IS NULL THEN NULL
                 WHEN $this_year > year THEN plan
                 WHEN $this_year < year THEN 0
                 ELSE plan * $year_share END AS REAL) AS due,
       CASE WHEN published IS NOT NULL THEN 'published'
            WHEN done IS NOT NULL THEN 'counted' ELSE 'none' END AS basis
FROM merged
