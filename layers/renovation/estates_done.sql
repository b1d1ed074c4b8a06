-- layers/renovation/estates_done.sql: old estates finished in the newest programme year that has a plan and has begun: of a
-- closed year what was finished by its end.
-- uses progress_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param city_zone VARCHAR - the city's time zone
-- param this_year INTEGER year year of `as_of` by the city's calendar
-- param year_share DOUBLE share of that year's days that have begun
-- param from_snapshot BOOLEAN - both moments are the snapshot's own
-- reads programme_progress, targets, estates, lifts, communities
-- column figure VARCHAR - estates_accepted
-- column value DOUBLE estates null until the first report
-- column format VARCHAR - how it is written
-- column unit VARCHAR - '/' and the plan, and its year
-- column compare DOUBLE estates what a straight line would have finished by now
-- column compare_kind VARCHAR - target
-- column better VARCHAR - higher
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows one, or none without a plan
WITH planned AS (
    SELECT year, plan, actual, due, row_number() OVER (ORDER BY year DESC) AS nth
    FROM progress_states WHERE area_id = 'city' AND programme = 'estates' AND scope = 'renovated' AND plan IS NOT NULL AND year <= $this_year
)
SELECT 'estates_accepted' AS figure, CAST(actual AS DOUBLE) AS value, 'count' AS format, '/' || plan || ' · ' || year AS unit, CAST(due AS DOUBLE) AS compare,
       'target' AS compare_kind, 'higher' AS better, CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low,
       CAST(NULL AS DOUBLE[]) AS usual_high
FROM planned WHERE nth = 1
