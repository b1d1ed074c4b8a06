-- layers/department_linkage/fine.sql: how many departments' links are fine.
-- uses link_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param from_newest BOOLEAN - both moments are the newest snapshot's own
-- param link_late_s INTEGER s without a record for longer: late
-- param link_down_s INTEGER s without an answer for longer: down
-- reads departments, link_health, link_probes
-- column figure VARCHAR - departments_ok
-- column value DOUBLE departments null if no link was ever probed: unknown is not fine, and not broken either
-- column format VARCHAR - how it is written
-- column unit VARCHAR - '/' and how many there are
-- column compare DOUBLE departments all of them
-- column compare_kind VARCHAR - target
-- column better VARCHAR - higher
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows one
WITH counted AS (
    SELECT count(departments.dept_id) AS n, count(CASE WHEN link_states.state = 'ok' THEN 1 END) AS fine,
           count(CASE WHEN link_states.state <> 'unknown' THEN 1 END) AS probed
    FROM departments LEFT JOIN link_states ON link_states.dept_id = departments.dept_id
)
SELECT 'departments_ok' AS figure, CAST(CASE WHEN probed > 0 THEN fine END AS DOUBLE) AS value, 'count' AS format, '/' || n AS unit,
       CAST(n AS DOUBLE) AS compare, 'target' AS compare_kind, 'higher' AS better, CAST(NULL AS DOUBLE[]) AS trace,
       CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high
FROM counted
