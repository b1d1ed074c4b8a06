-- layers/department_linkage/tiles.sql: one tile per department: state of its link, and since when.
-- uses link_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param from_newest BOOLEAN - both moments are the newest snapshot's own
-- param link_late_s INTEGER s without a record for longer: late
-- param link_down_s INTEGER s without an answer for longer: down
-- reads departments, link_health, link_probes
-- column id VARCHAR - what to pick on the map
-- column name VARCHAR - short name
-- column name_en VARCHAR - name in English
-- column is_assumed BOOLEAN - the pack assumes the name, nobody has published it
-- column state VARCHAR - ok, late, down or unknown
-- column since_s BIGINT s in this state; null if unknown
-- column detail VARCHAR - median latency of the last hour, such as '85 ms'; null without an answer
-- column last_record_s BIGINT s since the newest record; null if never
-- rows one per department, in the order of their slots
SELECT 'department_linkage:' || departments.dept_id AS id, departments.name, departments.name_en,
       departments.status = 'assumed' AS is_assumed,
       coalesce(link_states.state, 'unknown') AS state,
       (epoch_us($as_of) - epoch_us(link_states.state_since)) // 1000000 AS since_s,
       CAST(link_states.latency_p50_ms AS VARCHAR) || ' ms' AS detail,
       (epoch_us($as_of) - epoch_us(link_states.last_record_at)) // 1000000 AS last_record_s
FROM departments LEFT JOIN link_states ON link_states.dept_id = departments.dept_id
ORDER BY departments.slot, departments.dept_id
