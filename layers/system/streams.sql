-- layers/system/streams.sql: what each log has received: when its newest row was recorded, and how many in the last 24 hours.
-- param as_of TIMESTAMPTZ UTC from then on back
-- param known_at TIMESTAMPTZ UTC what had been recorded by then
-- reads events, event_stages, dispatches, feedbacks, escalations, detections, drones, drone_states, missions, link_probes, indicator_values, estates, lifts, communities
-- column log VARCHAR - log, as a message key
-- column last_s BIGINT s since its newest row was recorded; null while it has none
-- column n_day BIGINT rows recorded in the 24 hours before
-- column n BIGINT rows in all
-- rows one per log, in the order in which the house names them; those without a row last
WITH told AS (
    SELECT 'events' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM events WHERE recorded_at <= $known_at
    UNION ALL SELECT 'event_stages' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM event_stages WHERE recorded_at <= $known_at
    UNION ALL SELECT 'dispatches' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM dispatches WHERE recorded_at <= $known_at
    UNION ALL SELECT 'feedbacks' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM feedbacks WHERE recorded_at <= $known_at
    UNION ALL SELECT 'escalations' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM escalations WHERE recorded_at <= $known_at
    UNION ALL SELECT 'detections' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM detections WHERE recorded_at <= $known_at
    UNION ALL SELECT 'drones' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM drones WHERE recorded_at <= $known_at
    UNION ALL SELECT 'drone_states' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM drone_states WHERE recorded_at <= $known_at
    UNION ALL SELECT 'missions' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM missions WHERE recorded_at <= $known_at
    UNION ALL SELECT 'link_probes' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM link_probes WHERE recorded_at <= $known_at
    UNION ALL SELECT 'indicator_values' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM indicator_values WHERE recorded_at <= $known_at
    UNION ALL SELECT 'estates' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM estates WHERE recorded_at <= $known_at
    UNION ALL SELECT 'lifts' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM lifts WHERE recorded_at <= $known_at
    UNION ALL SELECT 'communities' AS log, max(recorded_at) AS last_at, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n FROM communities WHERE recorded_at <= $known_at
), placed AS (
    SELECT log, last_at, n_day, n, CASE log WHEN 'events' THEN 1 WHEN 'event_stages' THEN 2 WHEN 'dispatches' THEN 3 WHEN 'feedbacks' THEN 4 WHEN 'escalations' THEN 5 WHEN 'detections' THEN 6 WHEN 'drones' THEN 7 WHEN 'drone_states' THEN 8 WHEN 'missions' THEN 9 WHEN 'link_probes' THEN 10 WHEN 'indicator_values' THEN 11 WHEN 'estates' THEN 12 WHEN 'lifts' THEN 13 WHEN 'communities' THEN 14 END AS place FROM told
)
SELECT 'system-log-' || log AS log, (epoch_us($as_of) - epoch_us(last_at)) // 1000000 AS last_s, n_day, n
FROM placed ORDER BY CASE WHEN n > 0 THEN 0 ELSE 1 END, place NULLS LAST
