-- layers/incidents/figures.sql: open events with what several people reported counted once, and how much was reported so.
-- An incident is open while any of its reports is. Events count as in headline/events.sql; of a report that was merged only
-- after the moment looked at nothing is known here.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- uses events_at
-- uses incidents_at
-- reads event_facts, incidents
-- column figure VARCHAR - incidents_open, incidents_several, reports_merged_pct
-- column value DOUBLE events|incidents|% null while no event is known; of the share while today has none
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - lower, or empty
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- column n BIGINT events events of today that the share is of; null for the others
-- rows three, in that order
WITH reports AS (
    SELECT events_at.is_open, events_at.occurred_at >= $day_from AS is_today, incidents_at.incident_id
    FROM events_at LEFT JOIN incidents_at ON incidents_at.event_id = events_at.event_id
    WHERE events_at.mode = $mode AND (events_at.is_open OR events_at.occurred_at >= $day_from)
), counted AS (
    SELECT count(CASE WHEN is_open AND incident_id IS NULL THEN 1 END) AS single,
           count(DISTINCT CASE WHEN is_open THEN incident_id END) AS several,
           count(CASE WHEN is_today THEN 1 END) AS today, count(CASE WHEN is_today THEN incident_id END) AS merged
    FROM reports
), heard AS (
    SELECT EXISTS (SELECT 1 FROM event_facts WHERE occurred_at <= $as_of AND known_from <= $known_at) AS is_any
), figures AS (
    SELECT 1 AS place, 'incidents_open' AS figure, CASE WHEN is_any THEN CAST(single + several AS DOUBLE) END AS value,
           'count' AS format, 'unit-events' AS unit, 'lower' AS better, CAST(NULL AS BIGINT) AS n FROM counted CROSS JOIN heard
    UNION ALL SELECT 2, 'incidents_several', CASE WHEN is_any THEN CAST(several AS DOUBLE) END, 'count', 'unit-incidents', 'lower',
                     CAST(NULL AS BIGINT) FROM counted CROSS JOIN heard
    UNION ALL SELECT 3, 'reports_merged_pct', CASE WHEN today > 0 THEN 100.0 * merged / today END, 'percent', 'unit-percent', '',
                     today FROM counted
)
SELECT figure, value, format, unit, CAST(NULL AS DOUBLE) AS compare, '' AS compare_kind, better, CAST(NULL AS DOUBLE[]) AS trace,
       CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high, n
FROM figures ORDER BY place
