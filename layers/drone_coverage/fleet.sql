-- layers/drone_coverage/fleet.sql: the fleet in figures that are never one: integrated, online, flying; and today's work.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill: flights of the other do not count
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- param drone_docked_s INTEGER s an aircraft on the ground is lost after this silence
-- reads drones, drone_states, missions
-- column figure VARCHAR - drones_integrated, drones_online, drones_flying, sorties_today, flown_km_today
-- column value DOUBLE aircraft|flights|km null if the register, or the log of flights, is empty
-- column form VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE flights|km flights: a day ago by the same time, as known then; null for the others and if unknown
-- column compare_kind VARCHAR - yesterday, or empty
-- column better VARCHAR - empty: more is not better
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE - null
-- column usual_high DOUBLE - null
-- rows five, in that order; flights are added up in whole metres, so the order of adding cannot show
WITH heard AS (
    SELECT drone_id, mode, (epoch_us($as_of) - epoch_us(occurred_at)) // 1000000 AS age_s,
           row_number() OVER (PARTITION BY drone_id ORDER BY occurred_at DESC) AS nth
    FROM drone_states
    WHERE occurred_at > $as_of - to_seconds(greatest($drone_flying_s, $drone_docked_s)) AND occurred_at <= $as_of AND recorded_at <= $known_at
), register AS (
    SELECT drone_id, is_integrated, row_number() OVER (PARTITION BY drone_id ORDER BY version DESC) AS nth
    FROM drones WHERE recorded_at <= $known_at
), fleet AS (
    SELECT count(CASE WHEN register.is_integrated THEN 1 END) AS integrated,
           count(CASE WHEN register.is_integrated AND heard.age_s <= CASE WHEN heard.mode IN ('flying', 'returning')
                           THEN $drone_flying_s ELSE $drone_docked_s END THEN 1 END) AS online,
           count(CASE WHEN register.is_integrated AND heard.mode IN ('flying', 'returning') AND heard.age_s <= $drone_flying_s THEN 1 END) AS flying,
           count(*) AS registered
    FROM register LEFT JOIN heard ON heard.drone_id = register.drone_id AND heard.nth = 1
    WHERE register.nth = 1
), flights AS (
    SELECT mission_id, started_at, ended_at, flown_m, recorded_at, version,
           row_number() OVER (PARTITION BY mission_id ORDER BY CASE WHEN recorded_at <= $known_at THEN version END DESC NULLS LAST) AS nth,
           row_number() OVER (PARTITION BY mission_id
                              ORDER BY CASE WHEN recorded_at <= $known_at - INTERVAL 24 HOUR THEN version END DESC NULLS LAST) AS nth_then
    FROM missions WHERE mode = $mode AND started_at >= $day_from - INTERVAL 24 HOUR AND started_at <= $as_of
), work AS (
    SELECT count(*) AS known,
           count(CASE WHEN nth = 1 AND recorded_at <= $known_at AND started_at >= $day_from THEN 1 END) AS sorties,
           sum(CASE WHEN nth = 1 AND recorded_at <= $known_at AND started_at >= $day_from AND ended_at <= $as_of THEN CAST(flown_m AS BIGINT) ELSE 0 END) / 1000.0 AS km,
           count(CASE WHEN nth_then = 1 AND recorded_at <= $known_at - INTERVAL 24 HOUR AND started_at <= $as_of - INTERVAL 24 HOUR THEN 1 END) AS sorties_then,
           sum(CASE WHEN nth_then = 1 AND recorded_at <= $known_at - INTERVAL 24 HOUR AND ended_at <= $as_of - INTERVAL 24 HOUR
                    THEN CAST(flown_m AS BIGINT) ELSE 0 END) / 1000.0 AS km_then
    FROM flights
), figures AS (
    SELECT 1 AS place, 'drones_integrated' AS figure, CASE WHEN registered > 0 THEN integrated END AS value, 'count' AS form,
           'unit-aircraft' AS unit, NULL AS compare, '' AS compare_kind FROM fleet
    UNION ALL SELECT 2, 'drones_online', CASE WHEN registered > 0 THEN online END, 'count', 'unit-aircraft', NULL, '' FROM fleet
    UNION ALL SELECT 3, 'drones_flying', CASE WHEN registered > 0 THEN flying END, 'count', 'unit-aircraft', NULL, '' FROM fleet
    UNION ALL SELECT 4, 'sorties_today', CASE WHEN known > 0 THEN sorties END, 'count', 'unit-flights', nullif(sorties_then, 0), 'yesterday' FROM work
    UNION ALL SELECT 5, 'flown_km_today', CASE WHEN known > 0 THEN km END, 'count', 'unit-km', nullif(km_then, 0), 'yesterday' FROM work
)
SELECT figure, CAST(value AS DOUBLE) AS value, form, unit, CAST(compare AS DOUBLE) AS compare, compare_kind, '' AS better,
       CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE) AS usual_low, CAST(NULL AS DOUBLE) AS usual_high
FROM figures ORDER BY place
