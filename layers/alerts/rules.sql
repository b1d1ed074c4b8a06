-- layers/alerts/rules.sql: every rule of the pack: what it watches now, or why it cannot.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param not_fed VARCHAR[] - signals that no table tells yet
-- uses alerts_at
-- reads alerts, alert_rules, events, drone_states, link_probes, indicator_values, detections
-- column level INTEGER level of its alerts, before they grow worse
-- column name VARCHAR - the rule in words
-- column name_en VARCHAR - the same in English
-- column state VARCHAR - message key: open, quiet, too little history, no data, or not fed
-- column n_open BIGINT alerts open now; null for what cannot be told
-- column n_raised BIGINT alerts raised in the 24 hours before; null for what cannot be told
-- column threshold DOUBLE see its number; null where it has none
-- rows one per rule, by level, then by id
WITH told AS (
    SELECT rule_id, count(CASE WHEN is_open THEN 1 END) AS n_open,
           count(CASE WHEN raised_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_raised
    FROM alerts_at WHERE mode = $mode GROUP BY rule_id
), first_event AS (
    SELECT min(created_at) AS first_at FROM events WHERE occurred_at <= $as_of AND recorded_at <= $known_at
), first_value AS (
    SELECT min(occurred_at) AS first_at FROM indicator_values WHERE occurred_at <= $as_of AND recorded_at <= $known_at
), first_state AS (
    SELECT min(occurred_at) AS first_at FROM drone_states WHERE occurred_at <= $as_of AND recorded_at <= $known_at
), first_probe AS (
    SELECT min(occurred_at) AS first_at FROM link_probes WHERE occurred_at <= $as_of AND recorded_at <= $known_at
), first_verdict AS (
    SELECT min(occurred_at) AS first_at FROM detections
    WHERE human_verdict IS NOT NULL AND occurred_at <= $as_of AND recorded_at <= $known_at
), first_bike AS (
    SELECT min(occurred_at) AS first_at FROM detections
    WHERE class = 'bicycle' AND occurred_at <= $as_of AND recorded_at <= $known_at
), since AS (
    SELECT r.rule_id, r.signal, r.level, r.name, r.name_en, r.n_weeks, r.threshold, array_contains($not_fed, r.signal) AS is_not_fed,
           CASE WHEN r.signal LIKE 'drone%' THEN s.first_at WHEN r.signal LIKE 'link%' THEN p.first_at
                WHEN r.signal LIKE 'indicator%' THEN v.first_at WHEN r.signal LIKE 'model%' THEN d.first_at
                WHEN r.signal LIKE 'bike%' THEN b.first_at ELSE e.first_at END AS first_at
    FROM alert_rules AS r CROSS JOIN first_event AS e CROSS JOIN first_value AS v CROSS JOIN first_state AS s CROSS JOIN first_probe AS p
    CROSS JOIN first_verdict AS d CROSS JOIN first_bike AS b
), judged AS (
    SELECT rule_id, level, name, name_en, threshold, signal,
           CASE WHEN is_not_fed THEN 'alerts-not-fed' WHEN first_at IS NULL THEN 'alerts-no-data'
                WHEN n_weeks IS NOT NULL AND first_at > $as_of - INTERVAL 168 HOUR * n_weeks THEN 'alerts-too-little'
                WHEN signal = 'source_silent' AND first_at > $as_of - INTERVAL 24 HOUR THEN 'alerts-too-little' END AS why
    FROM since
)
SELECT CAST(j.level AS INTEGER) AS level, j.name, j.name_en,
       coalesce(j.why, CASE WHEN told.n_open > 0 THEN 'alerts-ringing' ELSE 'alerts-quiet' END) AS state,
       CASE WHEN j.why IS NULL THEN coalesce(told.n_open, 0) END AS n_open,
       CASE WHEN j.why IS NULL THEN coalesce(told.n_raised, 0) END AS n_raised,
       CASE WHEN j.signal IN ('event_response', 'event_closure', 'model_precision') THEN 100 * j.threshold ELSE j.threshold END AS threshold
FROM judged AS j LEFT JOIN told ON told.rule_id = j.rule_id
ORDER BY level, j.rule_id
