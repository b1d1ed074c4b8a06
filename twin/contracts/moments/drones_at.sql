-- drones_at.sql: the register of aircraft at one moment, as known at another. A version is a step
-- of an aircraft's life: the newest that had both happened and been recorded counts.
-- param   as_of           TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at        TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   drones
-- column  drone_id       VARCHAR  -  aircraft
-- column  district_id    VARCHAR  -  home district; null where unknown
-- column  use_case       VARCHAR  -  main use
-- column  is_integrated  BOOLEAN  -  its picture and position reach the city
-- rows    one per aircraft, in no order
SELECT drone_id, district_id, use_case, is_integrated
FROM (
    SELECT drone_id, district_id, use_case, is_integrated,
           row_number() OVER (PARTITION BY drone_id ORDER BY version DESC) AS nth
    FROM drones WHERE occurred_at <= $as_of AND recorded_at <= $known_at
) AS known
WHERE nth = 1
