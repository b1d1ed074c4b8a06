-- programme_progress.sql: each programme, year, scope and area against its plan, at the snapshot's
-- moment.
-- uses progress_at
-- param   as_of       TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at    TIMESTAMPTZ  UTC    and had been recorded by then
-- param   city_zone   VARCHAR      -      the city's time zone
-- param   this_year   INTEGER      year   year of `as_of` by the city's calendar
-- param   year_share  DOUBLE       share  of that year's days that have begun
-- param   day_from    TIMESTAMPTZ  UTC    start of the city's day of `as_of`
-- reads   targets, estates, lifts, communities
-- column  year       SMALLINT  year   programme year
-- column  programme  VARCHAR   -      estates, lifts or communities
-- column  scope      VARCHAR   -      what is counted
-- column  area_id    VARCHAR   -      a district, or 'city'
-- column  as_of      TIMESTAMPTZ  UTC  start of the city's day that it speaks of
-- column  plan       INTEGER   items  planned; null if never published
-- column  actual     INTEGER   items  finished; null until the first report
-- column  under_way  INTEGER   items  begun and not finished; null until the first report
-- column  due        REAL      items  what a straight line would have finished by now; null without a plan
-- column  basis      VARCHAR   -      published, counted or none
-- column  carried    INTEGER   items  not finished when the year closed; null before, and without a report
-- column  carried_done  INTEGER  items  finished since; null where `carried` is
-- rows    one per programme, year, scope and area, in that order
SELECT year, programme, scope, area_id, $day_from AS as_of, plan, actual, under_way, due, basis,
       carried, carried_done
FROM progress_at ORDER BY programme, year, scope, area_id
