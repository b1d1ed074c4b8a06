-- layers/department_linkage/departments.sql: each department and the state of its link.
-- reads departments, link_health
-- column dept_id VARCHAR - department
-- column name VARCHAR - short name
-- column name_en VARCHAR - name in English
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column state VARCHAR - ok, late, down or unknown; sent as `fill_color`
-- column mark VARCHAR - name of its mark
-- column latency_ms INTEGER ms median of the last hour; null without an answer
-- column last_record_at TIMESTAMPTZ UTC newest record; null if never
-- column n_records_24h BIGINT records of the last 24 h; null if never probed
-- column uptime_30d_pct REAL % answered probes of the last 30 days; null if never probed
-- rows one per department, by id
SELECT departments.dept_id, departments.name, departments.name_en, departments.lon_ud / 1e6 AS lon, departments.lat_ud / 1e6 AS lat,
       coalesce(link_health.state, 'unknown') AS state,
       CASE link_health.state WHEN 'ok' THEN 'dept' WHEN 'down' THEN 'dept_down' ELSE 'dept_late' END AS mark,
       link_health.latency_p50_ms AS latency_ms, link_health.last_record_at, link_health.n_records_24h, link_health.uptime_30d_pct
FROM departments LEFT JOIN link_health ON link_health.dept_id = departments.dept_id
ORDER BY departments.dept_id
