-- progress_states.sql: each programme against its plan as a picture shows it: as it was worked out
-- when the snapshot was published, where the picture is of that very moment (quick), else from the
-- logs. Both give the same rows.
-- uses progress_at
-- param   as_of       TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at    TIMESTAMPTZ  UTC    and had been recorded by then
-- param   city_zone   VARCHAR      -      the city's time zone
-- param   this_year   INTEGER      year   year of `as_of` by the city's calendar
-- param   year_share  DOUBLE       share  of that year's days that have begun
-- param   from_snapshot  BOOLEAN  -  both moments are the snapshot's own
-- reads   programme_progress, targets, estates, lifts, communities
-- column  year       SMALLINT  year   programme year
-- column  programme  VARCHAR   -      estates, lifts or communities
-- column  scope      VARCHAR   -      what is counted
-- column  area_id    VARCHAR   -      a district, or 'city'
-- column  plan       INTEGER   items  planned; null if never published
-- column  actual     INTEGER   items  finished; null until the first report
-- column  under_way  INTEGER   items  begun and not finished; null until the first report
-- column  due        REAL      items  what a straight line would have finished by now; null without a plan
-- column  basis      VARCHAR   -      published, counted or none
-- column  carried    INTEGER   items  not finished when the year closed; null before, and without a report
-- column  carried_done  INTEGER  items  finished since; null where `carried` is
-- rows    one per programme, year, scope and area, in no order
SELECT year, programme, scope, area_id, plan, actual, under_way, due, basis,
       carried, carried_done
FROM programme_progress WHERE $from_snapshot
UNION ALL
SELECT year, programme, scope, area_id, plan, actual, under_way, due, basis,
       carried, carried_done
FROM progress_at WHERE NOT $from_snapshot
