-- lifts_at.sql: lifts and how far each was at one moment, as known at another. A version is a step
-- of the works: the newest that had both happened and been recorded counts.
-- param   as_of        TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   lifts
-- column  lift_id      VARCHAR   -        lift
-- column  year         SMALLINT  year     programme year
-- column  estate_name  VARCHAR   -        estate it stands in
-- column  district_id  VARCHAR   -        district; null where unknown
-- column  lon_ud       INTEGER   1e-6deg  longitude, WGS 84
-- column  lat_ud       INTEGER   1e-6deg  latitude, WGS 84
-- column  kind         VARCHAR   -        added or renewed: two series, never summed
-- column  status       VARCHAR   -        applied, approved, building or accepted
-- rows    one per lift, in no order
SELECT lift_id, year, estate_name, district_id, lon_ud, lat_ud, kind, status
FROM (
    SELECT lift_id, year, estate_name, district_id, lon_ud, lat_ud, kind, status,
           row_number() OVER (PARTITION BY lift_id ORDER BY version DESC) AS nth
    FROM lifts WHERE occurred_at <= $as_of AND recorded_at <= $known_at
) AS known
WHERE nth = 1
