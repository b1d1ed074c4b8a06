-- layers/department_linkage/links.sql: from each department whose link is late or down to the districts that it blinds.
-- A department's feeds cover the whole city, so every district with an outline is blinded; with a district chosen, only that one.
-- uses link_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param from_newest BOOLEAN - both moments are the newest snapshot's own
-- param link_late_s INTEGER s without a record for longer: late
-- param link_down_s INTEGER s without an answer for longer: down
-- param district VARCHAR - a district's id, or empty for all
-- reads departments, link_health, districts, link_probes
-- column dept_id VARCHAR - department
-- column district_id VARCHAR - district
-- column name VARCHAR - department's name
-- column name_en VARCHAR - department's name in English
-- column state VARCHAR - late or down; sent as `fill_color`
-- column lon DOUBLE deg department, WGS 84; sent as `source_position`
-- column lat DOUBLE deg department, WGS 84
-- column to_lon DOUBLE deg district's label, WGS 84; sent as `target_position`
-- column to_lat DOUBLE deg district's label, WGS 84
-- rows one per such department and district, by their ids
SELECT departments.dept_id, districts.district_id, departments.name, departments.name_en, link_states.state,
       departments.lon_ud / 1e6 AS lon, departments.lat_ud / 1e6 AS lat,
       districts.label_lon_ud / 1e6 AS to_lon, districts.label_lat_ud / 1e6 AS to_lat
FROM link_states JOIN departments ON departments.dept_id = link_states.dept_id
CROSS JOIN districts
WHERE link_states.state IN ('late', 'down') AND districts.n_cells > 0 AND districts.label_lon_ud IS NOT NULL
  AND ($district = '' OR districts.district_id = $district)
ORDER BY departments.dept_id, districts.district_id
