-- progress_at.sql: each programme, year, scope and area against its plan, at one moment as known at
-- another; scopes are never mixed. A year closes on 31 December: from then on its result stands, and
-- what was not finished is carried over, apart. A year that follows a plan of its area has a row
-- though its own plan is not published. Plans and published results are those of the snapshot: a
-- pack has no history.
-- uses works_at
-- param   as_of       TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at    TIMESTAMPTZ  UTC    and had been recorded by then
-- param   city_zone   VARCHAR      -      the city's time zone
-- param   this_year   INTEGER      year   year of `as_of` by the city's calendar
-- param   year_share  DOUBLE       share  of that year's days that have begun
-- reads   targets, estates, lifts, communities
-- column  year          SMALLINT  year   programme year
-- column  programme     VARCHAR   -      estates, lifts or communities
-- column  scope         VARCHAR   -      what is counted
-- column  area_id       VARCHAR   -      a district, or 'city'
-- column  plan          INTEGER   items  planned; null if never published
-- column  actual        INTEGER   items  finished, of a closed year by its end; null until the first report
-- column  under_way     INTEGER   items  begun and not finished; null until the first report
-- column  due           REAL      items  what a straight line would have finished by now; null without a plan
-- column  basis         VARCHAR   -      published, counted or none
-- column  carried       INTEGER   items  not finished when the year closed; null before, and without a report
-- column  carried_done  INTEGER   items  finished since; null where `carried` is
-- rows    one per programme, year, scope and area, in no order
WITH located AS (
    SELECT year, programme, scope, 'city' AS area_id, is_done, is_begun, was_done FROM works_at
    UNION ALL
    SELECT year, programme, scope, district_id, is_done, is_begun, was_done FROM works_at
    WHERE district_id IS NOT NULL
), counted AS (
    SELECT year, programme, scope, area_id,
           count(CASE WHEN year < $this_year AND was_done OR year >= $this_year AND is_done
                      THEN 1 END) AS done,
           count(CASE WHEN is_begun THEN 1 END) AS begun,
           count(CASE WHEN year < $this_year AND NOT was_done THEN 1 END) AS carried,
           count(CASE WHEN year < $this_year AND NOT was_done AND is_done THEN 1 END) AS carried_done
    FROM located GROUP BY year, programme, scope, area_id
), planned AS (
    SELECT year, programme, scope, coalesce(district_id, 'city') AS area_id, plan, actual
    FROM targets
), following AS ( -- the year now, where last year had a plan and this one has not
    SELECT year + 1 AS year, programme, scope, area_id FROM planned
    WHERE plan IS NOT NULL AND year + 1 = $this_year
), stated AS (
    SELECT coalesce(planned.year, following.year) AS year,
           coalesce(planned.programme, following.programme) AS programme,
           coalesce(planned.scope, following.scope) AS scope,
           coalesce(planned.area_id, following.area_id) AS area_id, planned.plan, planned.actual
    FROM planned
    FULL JOIN following ON planned.year = following.year AND planned.programme = following.programme
                       AND planned.scope = following.scope AND planned.area_id = following.area_id
), merged AS (
    SELECT coalesce(stated.year, counted.year) AS year,
           coalesce(stated.programme, counted.programme) AS programme,
           coalesce(stated.scope, counted.scope) AS scope,
           coalesce(stated.area_id, counted.area_id) AS area_id,
           stated.plan, stated.actual AS published, counted.done, counted.begun, counted.carried,
           counted.carried_done
    FROM stated
    FULL JOIN counted ON stated.year = counted.year AND stated.programme = counted.programme
                     AND stated.scope = counted.scope AND stated.area_id = counted.area_id
)
SELECT CAST(year AS SMALLINT) AS year, programme, scope, area_id, CAST(plan AS INTEGER) AS plan,
       CAST(coalesce(published, done) AS INTEGER) AS actual, CAST(begun AS INTEGER) AS under_way,
       CAST(CASE WHEN plan IS NULL THEN NULL
                 WHEN $this_year > year THEN plan
                 WHEN $this_year < year THEN 0
                 ELSE plan * $year_share END AS REAL) AS due,
       CASE WHEN published IS NOT NULL THEN 'published'
            WHEN done IS NOT NULL THEN 'counted' ELSE 'none' END AS basis,
       CAST(CASE WHEN year < $this_year THEN carried END AS INTEGER) AS carried,
       CAST(CASE WHEN year < $this_year THEN carried_done END AS INTEGER) AS carried_done
FROM merged
