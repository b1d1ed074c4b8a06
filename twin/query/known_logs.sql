-- twin/query/known_logs.sql: which of some logs had any row of a moment or before, by what was known then: of the
-- others nothing was known.
-- param logs VARCHAR[] - logs that are asked about
-- param as_of TIMESTAMPTZ UTC had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- reads activities, communities, detections, dispatches, dredge_jobs, drone_states, drones, escalations, estates, event_stages, events, feedbacks, indicator_values, lift_steps, lifts, link_probes, missions, rain, tracks, water_depths
-- column log VARCHAR - log that had a row
-- rows one per log that had one
SELECT log
FROM (
    SELECT 'activities' AS log WHERE array_contains($logs, 'activities') AND EXISTS (SELECT 1 FROM activities WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'communities' AS log WHERE array_contains($logs, 'communities') AND EXISTS (SELECT 1 FROM communities WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'detections' AS log WHERE array_contains($logs, 'detections') AND EXISTS (SELECT 1 FROM detections WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'dispatches' AS log WHERE array_contains($logs, 'dispatches') AND EXISTS (SELECT 1 FROM dispatches WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'dredge_jobs' AS log WHERE array_contains($logs, 'dredge_jobs') AND EXISTS (SELECT 1 FROM dredge_jobs WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'drone_states' AS log WHERE array_contains($logs, 'drone_states') AND EXISTS (SELECT 1 FROM drone_states WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'drones' AS log WHERE array_contains($logs, 'drones') AND EXISTS (SELECT 1 FROM drones WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'escalations' AS log WHERE array_contains($logs, 'escalations') AND EXISTS (SELECT 1 FROM escalations WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'estates' AS log WHERE array_contains($logs, 'estates') AND EXISTS (SELECT 1 FROM estates WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'event_stages' AS log WHERE array_contains($logs, 'event_stages') AND EXISTS (SELECT 1 FROM event_stages WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'events' AS log WHERE array_contains($logs, 'events') AND EXISTS (SELECT 1 FROM events WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'feedbacks' AS log WHERE array_contains($logs, 'feedbacks') AND EXISTS (SELECT 1 FROM feedbacks WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'indicator_values' AS log WHERE array_contains($logs, 'indicator_values') AND EXISTS (SELECT 1 FROM indicator_values WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'lift_steps' AS log WHERE array_contains($logs, 'lift_steps') AND EXISTS (SELECT 1 FROM lift_steps WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'lifts' AS log WHERE array_contains($logs, 'lifts') AND EXISTS (SELECT 1 FROM lifts WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'link_probes' AS log WHERE array_contains($logs, 'link_probes') AND EXISTS (SELECT 1 FROM link_probes WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'missions' AS log WHERE array_contains($logs, 'missions') AND EXISTS (SELECT 1 FROM missions WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'rain' AS log WHERE array_contains($logs, 'rain') AND EXISTS (SELECT 1 FROM rain WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'tracks' AS log WHERE array_contains($logs, 'tracks') AND EXISTS (SELECT 1 FROM tracks WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
    UNION ALL
    SELECT 'water_depths' AS log WHERE array_contains($logs, 'water_depths') AND EXISTS (SELECT 1 FROM water_depths WHERE recorded_at <= $known_at AND occurred_at <= $as_of)
) AS known
ORDER BY log
