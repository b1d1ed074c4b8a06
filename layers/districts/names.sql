-- layers/districts/names.sql: where the names of the districts stand.
-- reads districts
-- column district_id VARCHAR - district
-- column name VARCHAR - name as the city writes it
-- column name_en VARCHAR - name in English
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column n_cells INTEGER cells size of the district on the raster: the larger name stays where two touch
-- rows one per district that has an outline, by id
SELECT district_id, name, name_en, label_lon_ud / 1e6 AS lon, label_lat_ud / 1e6 AS lat, n_cells
FROM districts WHERE label_lon_ud IS NOT NULL AND label_lat_ud IS NOT NULL AND n_cells > 0
ORDER BY district_id
