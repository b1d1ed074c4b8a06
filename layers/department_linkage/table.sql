-- layers/department_linkage/table.sql: each department's link: its state and since when, its newest record, how it answered, and what
-- it carries.
-- uses link_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param from_newest BOOLEAN - both moments are the newest snapshot's own
-- param link_late_s INTEGER s without a record for longer: late
-- param link_down_s INTEGER s without an answer for longer: down
-- reads departments, link_health, department_feeds, link_probes
-- column id VARCHAR - what to pick on the map
-- column name VARCHAR - department
-- column name_en VARCHAR - its name in English
-- column is_assumed BOOLEAN - the pack assumes the name, nobody has published it
-- column state VARCHAR - ok, late, down or unknown
-- column since_s BIGINT s in this state; null if unknown
-- column last_record_s BIGINT s since the newest record; null if never
-- column latency_ms INTEGER ms median of the last hour; null without an answer
-- column uptime_30d_pct DOUBLE % answered probes of the last 30 days; null if not probed in them
-- column n_records_24h BIGINT records of the last 24 h; null if not probed in them
-- column carries VARCHAR - what its link carries, as people call it; null if the pack does not say
-- column carries_en VARCHAR - the same in English
-- rows one per department, those that are not fine first, then in the order of their slots
WITH carried AS (
    SELECT dept_id, string_agg(name, '、' ORDER BY feed) AS carries, string_agg(coalesce(name_en, name), ', ' ORDER BY feed) AS carries_en
    FROM department_feeds GROUP BY dept_id
), placed AS (
    SELECT dept_id, CASE coalesce(state, 'unknown') WHEN 'down' THEN 0 WHEN 'late' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END AS place
    FROM link_states
)
SELECT 'department_linkage:' || departments.dept_id AS id, departments.name, departments.name_en,
       departments.status = 'assumed' AS is_assumed, coalesce(link_states.state, 'unknown') AS state,
       (epoch_us($as_of) - epoch_us(link_states.state_since)) // 1000000 AS since_s,
       (epoch_us($as_of) - epoch_us(link_states.last_record_at)) // 1000000 AS last_record_s,
       link_states.latency_p50_ms AS latency_ms, CAST(link_states.uptime_30d_pct AS DOUBLE) AS uptime_30d_pct,
       link_states.n_records_24h, carried.carries, carried.carries_en
FROM departments LEFT JOIN link_states ON link_states.dept_id = departments.dept_id
LEFT JOIN carried ON carried.dept_id = departments.dept_id
LEFT JOIN placed ON placed.dept_id = departments.dept_id
ORDER BY placed.place NULLS FIRST, departments.slot, departments.dept_id
