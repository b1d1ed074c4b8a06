-- layers/department_linkage/blind.sql: links that are not fine, and what each keeps the city from seeing.
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
-- column state VARCHAR - late, down or unknown
-- column since_s BIGINT s in this state; null if unknown
-- column blinds VARCHAR - what its link carries, as people call it; null if the pack does not say
-- column blinds_en VARCHAR - the same in English
-- column n_indicators BIGINT indicators that go blind with it; null if the pack does not say
-- rows one per link that is not fine, in the order of the departments' slots
WITH carried AS (
    SELECT dept_id, string_agg(name, '、' ORDER BY feed) AS blinds,
           string_agg(coalesce(name_en, name), ', ' ORDER BY feed) AS blinds_en, CAST(sum(n_indicators) AS BIGINT) AS n_indicators
    FROM department_feeds GROUP BY dept_id
)
SELECT 'department_linkage:' || departments.dept_id AS id, departments.name, departments.name_en,
       departments.status = 'assumed' AS is_assumed,
       coalesce(link_states.state, 'unknown') AS state,
       (epoch_us($as_of) - epoch_us(link_states.state_since)) // 1000000 AS since_s, carried.blinds, carried.blinds_en,
       carried.n_indicators
FROM departments LEFT JOIN link_states ON link_states.dept_id = departments.dept_id
LEFT JOIN carried ON carried.dept_id = departments.dept_id
WHERE coalesce(link_states.state, 'unknown') <> 'ok'
ORDER BY departments.slot, departments.dept_id
