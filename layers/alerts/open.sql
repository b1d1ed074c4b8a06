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
-- column value DOUBLE see value as it was raised
-- column threshold DOUBLE see what it was held against
-- column unit VARCHAR - message key of their unit; null where there is none
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
    FROM opened ORDER BY level, raised_at DESC, alert_id LIMIT $most
), told AS (
    SELECT event_id, title FROM events_at WHERE event_id IN (SELECT subject_id FROM worst WHERE subject_kind = 'event')
)
SELECT CASE w.subject_kind WHEN 'event' THEN 'event_heat:' || w.subject_id WHEN 'drone' THEN 'drone_coverage:' || w.subject_id
                           WHEN 'link' THEN 'department_linkage:' || w.subject_id END AS id,
       CAST(w.level AS INTEGER) AS level,
       coalesce(told.title, event_sources.name, departments.name, indicators.name, w.subject_id) AS title,
       coalesce(event_sources.name_en, departments.name_en, indicators.name_en) AS title_en,
       coalesce(alert_rules.name, w.rule_id) AS rule, alert_rules.name_en AS rule_en,
       (epoch_us($as_of) - epoch_us(w.raised_at)) // 1000000 AS age_s,
       CASE WHEN alert_rules.signal IN ('event_response', 'event_closure', 'model_precision') THEN 100 * w.value ELSE w.value END AS value,
       CASE WHEN alert_rules.signal IN ('event_response', 'event_closure', 'model_precision') THEN 100 * w.threshold
            ELSE w.threshold END AS threshold,
       CASE WHEN w.value IS NULL THEN NULL
            WHEN alert_rules.signal IN ('event_response', 'event_closure') THEN 'alerts-unit-target'
            WHEN alert_rules.signal IN ('model_precision', 'drone_battery') THEN 'alerts-unit-percent'
            WHEN alert_rules.signal IN ('drone_height', 'drone_near') THEN 'alerts-unit-m'
            WHEN alert_rules.signal = 'source_surge' THEN 'alerts-unit-per-hour'
            WHEN alert_rules.signal = 'indicator_unlike' THEN 'alerts-unit-deviations'
            WHEN alert_rules.signal = 'indicator_band' THEN 'alerts-unit-own'
            ELSE 'alerts-unit-s' END AS unit,
       districts.name AS district, districts.name_en AS district_en, w.is_acked
FROM worst AS w LEFT JOIN alert_rules ON alert_rules.rule_id = w.rule_id
LEFT JOIN told ON w.subject_kind = 'event' AND told.event_id = w.subject_id
LEFT JOIN event_sources ON w.subject_kind = 'source' AND event_sources.source_id = w.subject_id
LEFT JOIN departments ON w.subject_kind = 'link' AND departments.dept_id = w.subject_id
LEFT JOIN indicators ON w.subject_kind = 'indicator' AND w.subject_id = indicators.ind_id || '|' || coalesce(w.district_id, 'city')
LEFT JOIN districts ON districts.district_id = w.district_id
ORDER BY level, w.raised_at DESC, w.alert_id
