-- layers/renovation/districts.sql: what each district has finished of each programme, in the newest year that is told by district.
-- uses progress_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param city_zone VARCHAR - the city's time zone
-- param this_year INTEGER year year of `as_of` by the city's calendar
-- param year_share DOUBLE share of that year's days that have begun
-- param from_snapshot BOOLEAN - both moments are the snapshot's own
-- reads programme_progress, targets, estates, lifts, communities, districts
-- column id VARCHAR - what to pick on the map
-- column district_id VARCHAR - district
-- column kind VARCHAR - district or functional_zone
-- column name VARCHAR - name as the city writes it
-- column name_en VARCHAR - its name in English
-- column year SMALLINT year programme year
-- column estates INTEGER estates finished that year; null until the first report
-- column estates_plan INTEGER estates planned; null if never published
-- column lifts_added INTEGER lifts added that year; null until the first report
-- column lifts_renewed INTEGER lifts renewed that year; null until the first report
-- column communities INTEGER centres finished that year; null until the first report
-- column under_way BIGINT items begun and not finished, of all programmes; null until the first report
-- rows districts and zones of which anything is reported, most estates first, then by id
WITH newest AS (
    SELECT max(year) AS year FROM progress_states WHERE area_id <> 'city' AND actual IS NOT NULL
), told AS (
    SELECT area_id, max(progress_states.year) AS year, max(CASE WHEN programme = 'estates' THEN actual END) AS estates,
           max(CASE WHEN programme = 'estates' THEN plan END) AS estates_plan,
           max(CASE WHEN programme = 'lifts' AND scope = 'added' THEN actual END) AS lifts_added,
           max(CASE WHEN programme = 'lifts' AND scope = 'renewed' THEN actual END) AS lifts_renewed,
           max(CASE WHEN programme = 'communities' THEN actual END) AS communities,
           CAST(sum(under_way) AS BIGINT) AS under_way
    FROM progress_states JOIN newest ON newest.year = progress_states.year
    WHERE area_id <> 'city' GROUP BY area_id
)
SELECT 'districts:' || districts.district_id AS id, districts.district_id, districts.kind, districts.name, districts.name_en, told.year,
       told.estates, told.estates_plan, told.lifts_added, told.lifts_renewed, told.communities, told.under_way
FROM told JOIN districts ON districts.district_id = told.area_id
ORDER BY told.estates DESC NULLS LAST, districts.district_id
