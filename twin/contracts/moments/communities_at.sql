-- communities_at.sql: community centres and how far each was at one moment, as known at another. A
-- version is a step of the works: the newest that had both happened and been recorded counts.
-- param   as_of        TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   communities
-- column  community_id  VARCHAR   -        community
-- column  year          SMALLINT  year     programme year
-- column  name          VARCHAR   -        name
-- column  district_id   VARCHAR   -        district; null where unknown
-- column  lon_ud        INTEGER   1e-6deg  longitude, WGS 84
-- column  lat_ud        INTEGER   1e-6deg  latitude, WGS 84
-- column  status        VARCHAR   -        planned, under_way or open
-- column  freed_m2      REAL      m2       floor given back to residents; null until measured
-- rows    one per community, in no order
SELECT community_id, year, name, district_id, lon_ud, lat_ud, status, freed_m2
FROM (
    SELECT community_id, year, name, district_id, lon_ud, lat_ud, status, freed_m2,
           row_number() OVER (PARTITION BY community_id ORDER BY version DESC) AS nth
    FROM communities WHERE occurred_at <= $as_of AND recorded_at <= $known_at
) AS known
WHERE nth = 1
