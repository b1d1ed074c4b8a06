-- layers/drone_coverage/fleet.sql: the fleet in figures that are never one: integrated, online, flying; and today's work.
-- uses fleet_at
-- uses flights_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill: flights of the other do not count
-- param before_at TIMESTAMPTZ UTC the same time a day ago
-- param before_known_at TIMESTAMPTZ UTC what had been recorded by then was known at it
-- param before_from TIMESTAMPTZ UTC start of that day
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- param drone_docked_s INTEGER s an aircraft on the ground is lost after this silence
-- reads drones, drone_states, missions
-- column figure VARCHAR - drones_integrated, drones_online, drones_flying, sorties_today, flown_km_today
-- column value DOUBLE aircraft|flights|km null if the register, or the log of flights, was empty then
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE flights|km flights: a day ago by the same time, as known then; null for the others, and if flights are not known from before that day on
-- column compare_kind VARCHAR - yesterday, or empty
-- column compare_why VARCHAR - no-history where there is nothing to compare with; else empty
-- column better VARCHAR - empty: more is not better
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows five, in that order; flights are added up in whole metres, so the order of adding cannot show
WITH fleet AS (
    SELECT count(*) AS registered, count(CASE WHEN is_integrated THEN 1 END) AS integrated,
           count(CASE WHEN is_integrated AND is_online THEN 1 END) AS online,
           count(CASE WHEN is_integrated AND is_flying THEN 1 END) AS flying
    FROM fleet_at
), work AS (
    SELECT count(CASE WHEN days_ago = 0 THEN 1 END) AS sorties, count(CASE WHEN days_ago = 1 THEN 1 END) AS sorties_then,
           coalesce(sum(CASE WHEN days_ago = 0 THEN CAST(round(flown_m) AS BIGINT) END), 0) / 1000.0 AS km,
           coalesce(sum(CASE WHEN days_ago = 1 THEN CAST(round(flown_m) AS BIGINT) END), 0) / 1000.0 AS km_then,
           EXISTS (SELECT 1 FROM missions WHERE started_at <= $as_of AND recorded_at <= $known_at) AS is_known,
           EXISTS (SELECT 1 FROM missions WHERE started_at <= $before_from AND recorded_at <= $before_known_at) AS was_known
    FROM flights_at
    WHERE mode = $mode AND started_at >= CASE WHEN days_ago = 0 THEN $day_from ELSE $before_from END
), figures AS (
    SELECT 1 AS place, 'drones_integrated' AS figure, CASE WHEN registered > 0 THEN integrated END AS value, 'count' AS format,
           'unit-aircraft' AS unit, NULL AS compare, '' AS compare_kind, '' AS compare_why FROM fleet
    UNION ALL SELECT 2, 'drones_online', CASE WHEN registered > 0 THEN online END, 'count', 'unit-aircraft', NULL, '', '' FROM fleet
    UNION ALL SELECT 3, 'drones_flying', CASE WHEN registered > 0 THEN flying END, 'count', 'unit-aircraft', NULL, '', '' FROM fleet
    UNION ALL SELECT 4, 'sorties_today', CASE WHEN is_known THEN sorties END, 'count', 'unit-flights',
                     CASE WHEN was_known THEN sorties_then END, 'yesterday',
                     CASE WHEN was_known THEN '' ELSE 'no-history' END FROM work
    UNION ALL SELECT 5, 'flown_km_today', CASE WHEN is_known THEN km END, 'count', 'unit-km',
                     CASE WHEN was_known THEN km_then END, 'yesterday',
                     CASE WHEN was_known THEN '' ELSE 'no-history' END FROM work
)
SELECT figure, CAST(value AS DOUBLE) AS value, format, unit, CAST(compare AS DOUBLE) AS compare, compare_kind, compare_why, '' AS better,
       CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high
FROM figures ORDER BY place
