-- layers/renovation/progress.sql: each programme against its own plan. Scopes stay apart: added lifts, renewed lifts and the
-- published sum of both are three rows; a published result of another year is a row of its own, never a ratio to this plan.
-- A year closes on 31 December with its own result; what it carries over, and what of that was finished since, stand apart.
-- uses progress_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param city_zone VARCHAR - the city's time zone
-- param this_year INTEGER year year of `as_of` by the city's calendar
-- param year_share DOUBLE share of that year's days that have begun
-- param from_snapshot BOOLEAN - both moments are the snapshot's own
-- param district VARCHAR - whose plans; empty for the whole city's
-- reads programme_progress, targets, estates, lifts, communities
-- column programme VARCHAR - estates, lifts or communities
-- column scope VARCHAR - what is counted
-- column year SMALLINT year programme year
-- column plan INTEGER items planned; null if never published for this scope and area
-- column actual INTEGER items finished; null until the first report
-- column under_way INTEGER items begun and not finished; null until the first report
-- column due REAL items what a straight line would have finished by now; null without a plan
-- column basis VARCHAR - published, counted or none
-- column carried INTEGER items not finished when the year closed; null before, and without a report
-- column carried_done INTEGER items finished since; null where `carried` is
-- column is_closed BOOLEAN - the year is over
-- rows one per programme, scope and year; newest year first, then estates, lifts, communities
SELECT programme, scope, year, plan, actual, under_way, due, basis, carried, carried_done, year < $this_year AS is_closed
FROM progress_states WHERE area_id = CASE WHEN $district = '' THEN 'city' ELSE $district END
ORDER BY year DESC, CASE programme WHEN 'estates' THEN 1 WHEN 'lifts' THEN 2 ELSE 3 END, programme, scope
