-- layers/districts/streets.sql: where the names of streets stand.
-- reads streets
-- column street_code VARCHAR - street-level unit
-- column name VARCHAR - name as the city writes it
-- column name_en VARCHAR - name in Latin letters
-- column district_id VARCHAR - district
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- rows one per street-level unit, by code
SELECT street_code, name, name_en, district_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat
FROM streets ORDER BY street_code
