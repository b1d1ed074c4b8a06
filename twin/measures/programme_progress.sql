-- programme_progress.sql: each programme, year, scope and area against its plan; scopes are never mixed.
-- param   as_of      TIMESTAMPTZ  UTC    the moment
-- param   this_year  INTEGER      year   year of that moment in the city's zone
-- param   share      DOUBLE       share  of this year's days that have begun
-- reads   targets, estates, lifts, communities
-- column  year       SMALLINT     year   programme year
-- column  programme  VARCHAR      -      estates, lifts or communities
-- column  scope      VARCHAR      -      what is counted
-- column  area_id    VARCHAR      -      a district, or 'city'
-- column  as_of      TIMESTAMPTZ  UTC    the moment
-- column  plan       INTEGER      items  planned; null if never published
-- column  actual     INTEGER      items  finished; null until the first report
-- column  under_way  INTEGER      items  begun and not finished; null until the first report
-- column  due        REAL         items  what a straight line would have finished by now; null without a plan
-- column  basis      VARCHAR      -      published, counted or none
-- rows    one per programme, year, scope and area, in that order
WITH estates_now AS (
    SELECT estate_id, year, district_id, status, row_number() OVER (PARTITION BY estate_id ORDER BY version DESC) AS newest
    FROM estates WHERE recorded_at <= $as_of
), lifts_now AS (
    SELECT lift_id, year, district_id, kind, status, row_number() OVER (PARTITION BY lift_id ORDER BY version DESC) AS newest
    FROM lifts WHERE recorded_at <= $as_of
), communities_now AS (
    SELECT community_id, year, district_id, status, row_number() OVER (PARTITION BY community_id ORDER BY version DESC) AS newest
    FROM communities WHERE recorded_at <= $as_of
), items AS (
    SELECT year, 'estates' AS programme, 'renovated' AS scope, district_id, status = 'accepted' AS is_done, status = 'under_way' AS is_begun
    FROM estates_now WHERE newest = 1
    UNION ALL
    SELECT year, 'lifts', kind, district_id, status = 'accepted', status IN ('approved', 'building') FROM lifts_now WHERE newest = 1
    UNION ALL
    SELECT year, 'communities', 'converted', district_id, status = 'open', status = 'under_way' FROM communities_now WHERE newest = 1
), counted AS (
    SELECT year, programme, scope, 'city' AS area_id, count(CASE WHEN is_done THEN 1 END) AS done, count(CASE WHEN is_begun THEN 1 END) AS begun
    FROM items GROUP BY year, programme, scope
    UNION ALL
    SELECT year, programme, scope, district_id, count(CASE WHEN is_done THEN 1 END), count(CASE WHEN is_begun THEN 1 END)
    FROM items WHERE district_id IS NOT NULL GROUP BY year, programme, scope, district_id
), planned AS (
    SELECT year, programme, scope, coalesce(district_id, 'city') AS area_id, plan, actual FROM targets
), merged AS (
    SELECT coalesce(planned.year, counted.year) AS year, coalesce(planned.programme, counted.programme) AS programme,
           coalesce(planned.scope, counted.scope) AS scope, coalesce(planned.area_id, counted.area_id) AS area_id,
           planned.plan, planned.actual AS published, counted.done, counted.begun
    FROM planned
    FULL JOIN counted ON planned.year = counted.year AND planned.programme = counted.programme
                     AND planned.scope = counted.scope AND planned.area_id = counted.area_id
)
SELECT CAST(year AS SMALLINT) AS year, programme, scope, area_id, $as_of AS as_of, CAST(plan AS INTEGER) AS plan,
       CAST(coalesce(published, done) AS INTEGER) AS actual, CAST(begun AS INTEGER) AS under_way,
       CAST(CASE WHEN plan IS NULL THEN NULL
                 WHEN $this_year > year THEN plan
                 WHEN $this_year < year THEN 0
                 ELSE plan * $share END AS REAL) AS due,
       CASE WHEN published IS NOT NULL THEN 'published' WHEN done IS NOT NULL THEN 'counted' ELSE 'none' END AS basis
FROM merged ORDER BY programme, year, scope, area_id
