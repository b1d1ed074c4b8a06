-- layers/department_linkage/departments.sql: each department and the state of its link.
-- uses link_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param from_newest BOOLEAN - both moments are the newest snapshot's own
-- param link_late_s INTEGER s without a record for longer: late
-- param link_down_s INTEGER s without an answer for longer: down
-- reads departments, link_health, link_probes
-- column dept_id VARCHAR - department
-- column name VARCHAR - short name
-- column name_en VARCHAR - name in English
-- column status VARCHAR - confirmed, or assumed where nobody has published the name
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column state VARCHAR - ok, late, down or unknown; sent as `fill_color`
-- column mark VARCHAR - name of its mark: dept, dept_late, dept_down or dept_unknown
-- column latency_ms INTEGER ms median of the last hour; null without an answer
-- column last_record_at TIMESTAMPTZ UTC newest record; null if never
-- column n_records_24h BIGINT records of the last 24 h; null if not probed in them
-- column uptime_30d_pct REAL % answered probes of the last 30 days; null if not probed in them
-- rows one per department, by id
SELECT departments.dept_id, departments.name, departments.name_en, departments.status, departments.lon_ud / 1e6 AS lon, departments.lat_ud / 1e6 AS lat,
       coalesce(link_states.state, 'unknown') AS state,
       CASE link_states.state WHEN 'ok' THEN 'dept' WHEN 'late' THEN 'dept_late' WHEN 'down' THEN 'dept_down' ELSE 'dept_unknown' END AS mark,
       link_states.latency_p50_ms AS latency_ms, link_states.last_record_at, link_states.n_records_24h, link_states.uptime_30d_pct
FROM departments LEFT JOIN link_states ON link_states.dept_id = departments.dept_id
ORDER BY departments.dept_id
