-- estates_at.sql: old estates and how far the works were at one moment, as known at another. A
-- version is a step of the works: the newest that had both happened and been recorded counts.
-- param   as_of        TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   estates
-- column  estate_id    VARCHAR   -        estate
-- column  year         SMALLINT  year     programme year
-- column  name         VARCHAR   -        name
-- column  district_id  VARCHAR   -        district; null where unknown
-- column  lon_ud       INTEGER   1e-6deg  longitude, WGS 84
-- column  lat_ud       INTEGER   1e-6deg  latitude, WGS 84
-- column  status       VARCHAR   -        planned, under_way or accepted
-- column  built        SMALLINT  year     year built; null where unknown
-- column  households   INTEGER   homes    null where unknown
-- rows    one per estate, in no order
SELECT estate_id, year, name, district_id, lon_ud, lat_ud, status, built, households
FROM (
    SELECT estate_id, year, name, district_id, lon_ud, lat_ud, status, built, households,
           row_number() OVER (PARTITION BY estate_id ORDER BY version DESC) AS nth
    FROM estates WHERE occurred_at <= $as_of AND recorded_at <= $known_at
) AS known
WHERE nth = 1
