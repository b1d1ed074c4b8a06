-- layers/alerts/open.sql: alerts that are open, the worst first, of one level the newest first.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param most INTEGER rows how many at most
-- uses alerts_at
-- uses events_at
-- reads alerts, event_facts, alert_rules, event_sources, departments, indicators, districts
-- column id VARCHAR - what to pick on the map; null for what it does not draw
-- column level INTEGER level 1 worst
-- column title VARCHAR - what it is about
-- column title_en VARCHAR - the same in English; null where there is no such name
-- column rule VARCHAR - the rule that it breaks
-- column rule_en VARCHAR - the same in English
-- column age_s BIGINT s since it was raised
-- column held VARCHAR - its value and what it is held against, with the unit: '1240 / 900 s'; a silence or a wait as long as it
--        is now, all else as it was when raised; null where there is nothing to measure
-- column value DOUBLE see the value alone
-- column threshold DOUBLE see what it is held against alone
-- column district VARCHAR - district; null where unknown
-- column district_en VARCHAR - the same in English
-- column is_acked BOOLEAN - a unit has acknowledged the event
-- rows one per open alert, by level, the newest first, then by id
WITH opened AS (
    SELECT alert_id, rule_id, subject_kind, subject_id, level, raised_at, is_acked, value, threshold, district_id
    FROM alerts_at
    WHERE is_open AND mode = $mode AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
), worst AS (
    SELECT alert_id, rule_id, subject_kind, subject_id, level, raised_at, is_acked, value, threshold, district_id
    FROM opened ORDER BY level, raised_at DESC NULLS LAST, alert_id LIMIT $most
), told AS (
    SELECT event_id, title FROM events_at WHERE event_id IN (SELECT subject_id FROM worst WHERE subject_kind = 'event')
)
, named AS (
    SELECT w.alert_id, w.subject_kind, w.subject_id, w.level, w.raised_at, w.is_acked, w.district_id,
           coalesce(r.name, w.rule_id) AS rule, r.name_en AS rule_en, (epoch_us($as_of) - epoch_us(w.raised_at)) // 1000000 AS age_s,
           CASE WHEN r.signal IN ('event_response', 'event_closure', 'model_precision') THEN 100 * w.value
                WHEN r.signal IN ('event_arrival', 'event_stage', 'drone_link', 'link_down', 'source_silent')
                THEN w.value + coalesce(r.raise_for_s, 0) + (epoch_us($as_of) - epoch_us(w.raised_at)) // 1000000
                ELSE w.value END AS value,
           CASE WHEN r.signal IN ('event_response', 'event_closure', 'model_precision') THEN 100 * w.threshold ELSE w.threshold END AS threshold,
           CASE WHEN r.signal IN ('event_response', 'event_closure', 'model_precision', 'drone_battery') THEN ' %'
                WHEN r.signal IN ('drone_height', 'drone_near') THEN ' m' WHEN r.signal = 'source_surge' THEN ' /h' WHEN r.signal = 'bike_cluster' THEN ''
                WHEN r.signal = 'indicator_unlike' THEN ' z' WHEN r.signal = 'indicator_band' THEN '' ELSE ' s' END AS unit
    FROM worst AS w LEFT JOIN alert_rules AS r ON r.rule_id = w.rule_id
), written AS (
    SELECT alert_id, CASE WHEN value >= 100 OR value = floor(value) THEN CAST(CAST(round(value) AS BIGINT) AS VARCHAR)
                          ELSE CAST(round(value, 2) AS VARCHAR) END
                     || ' / ' || CASE WHEN threshold >= 100 OR threshold = floor(threshold)
                                      THEN CAST(CAST(round(threshold) AS BIGINT) AS VARCHAR)
                                      ELSE CAST(round(threshold, 2) AS VARCHAR) END || unit AS held
    FROM named
)
SELECT CASE n.subject_kind WHEN 'event' THEN 'event_heat:' || n.subject_id WHEN 'drone' THEN 'drone_coverage:' || n.subject_id
                           WHEN 'link' THEN 'department_linkage:' || n.subject_id END AS id,
       CAST(n.level AS INTEGER) AS level,
       coalesce(told.title, event_sources.name, departments.name, indicators.name, n.subject_id) AS title,
       coalesce(event_sources.name_en, departments.name_en, indicators.name_en) AS title_en,
       n.rule, n.rule_en, n.age_s, written.held, n.value, n.threshold, districts.name AS district, districts.name_en AS district_en, n.is_acked
FROM named AS n JOIN written ON written.alert_id = n.alert_id
LEFT JOIN told ON n.subject_kind = 'event' AND told.event_id = n.subject_id
LEFT JOIN event_sources ON n.subject_kind = 'source' AND event_sources.source_id = n.subject_id
LEFT JOIN departments ON n.subject_kind = 'link' AND departments.dept_id = n.subject_id
LEFT JOIN indicators ON n.subject_kind = 'indicator' AND n.subject_id = indicators.ind_id || '|' || coalesce(n.district_id, 'city')
LEFT JOIN districts ON districts.district_id = n.district_id
ORDER BY level, n.raised_at DESC NULLS LAST, n.alert_id
