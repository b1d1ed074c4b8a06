-- layers/event_clocks/funnel.sql: open events by the stage they are in, and how long events dwell in each.
-- Dwelling: from the first entry into a stage to the first entry into a later one, or the answer to the citizen, of events opened
-- in the last 24 hours. An event that is still in a stage is censored there: it is known to take longer than it has so far; the
-- median and the 90th percentile are where the Kaplan-Meier curve comes down to a half and to a tenth. A stage that was left
-- before it was entered has no length, nor has the last one of an event that is closed, nobody knows when.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- uses stages_at
-- reads event_facts
-- column stage VARCHAR - sense, monitor, judge, warn, handle, evaluate
-- column n BIGINT events open now and in this stage
-- column n_dwelt BIGINT events opened in the last 24 hours that have left it
-- column n_waiting BIGINT events opened in the last 24 hours that are still in it
-- column median_s BIGINT s half of them leave it within; null where that is not known yet
-- column p90_s BIGINT s nine in ten leave it within; null where that is not known yet
-- rows six, in the order of the stages
WITH lately AS (
    SELECT event_id, is_open, created_at > $as_of - INTERVAL 24 HOUR AS is_new, reopened_at, closed_at,
           CASE WHEN sense_at IS NULL AND coalesce(monitor_at, judge_at, warn_at, handle_at, evaluate_at) IS NULL THEN created_at
                ELSE sense_at END AS sense_at,
           monitor_at, judge_at, warn_at, handle_at, evaluate_at,
           CASE WHEN is_open AND reopened_at IS NOT NULL THEN 5 WHEN evaluate_at IS NOT NULL THEN 6 WHEN handle_at IS NOT NULL THEN 5
                WHEN warn_at IS NOT NULL THEN 4 WHEN judge_at IS NOT NULL THEN 3 WHEN monitor_at IS NOT NULL THEN 2 ELSE 1 END AS stage_n
    FROM stages_at
    WHERE mode = $mode AND created_at <= $as_of AND (is_open OR created_at > $as_of - INTERVAL 24 HOUR)
      AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
), spans AS (
    SELECT 1 AS place, sense_at AS entered_at, least(monitor_at, judge_at, warn_at, handle_at, evaluate_at) AS left_at,
           is_open, is_new, stage_n, closed_at, reopened_at FROM lately
    UNION ALL
    SELECT 2, monitor_at, least(judge_at, warn_at, handle_at, evaluate_at), is_open, is_new, stage_n, closed_at, reopened_at FROM lately
    UNION ALL
    SELECT 3, judge_at, least(warn_at, handle_at, evaluate_at), is_open, is_new, stage_n, closed_at, reopened_at FROM lately
    UNION ALL
    SELECT 4, warn_at, least(handle_at, evaluate_at), is_open, is_new, stage_n, closed_at, reopened_at FROM lately
    UNION ALL
    SELECT 5, handle_at, evaluate_at, is_open, is_new, stage_n, closed_at, reopened_at FROM lately
    UNION ALL
    SELECT 6, evaluate_at, CAST(NULL AS TIMESTAMPTZ), is_open, is_new, stage_n, closed_at, reopened_at FROM lately
), dwells AS (
    SELECT place, (epoch_us(left_at) - epoch_us(entered_at)) // 1000000 AS dwell_s, TRUE AS is_left
    FROM spans WHERE is_new AND entered_at <= left_at
    UNION ALL
    SELECT place, (epoch_us(closed_at) - epoch_us(entered_at)) // 1000000, TRUE
    FROM spans WHERE is_new AND NOT is_open AND left_at IS NULL AND entered_at <= closed_at
    UNION ALL
    SELECT place, (epoch_us($as_of) - epoch_us(coalesce(reopened_at, entered_at))) // 1000000, FALSE
    FROM spans WHERE is_new AND is_open AND place = stage_n AND coalesce(reopened_at, entered_at) IS NOT NULL
), counted AS (
    SELECT place, dwell_s, count(*) AS n_here, count(CASE WHEN is_left THEN 1 END) AS n_left FROM dwells WHERE dwell_s IS NOT NULL GROUP BY place, dwell_s
), risked AS (
    SELECT place, dwell_s, n_left, sum(n_here) OVER (PARTITION BY place ORDER BY dwell_s DESC) AS at_risk FROM counted
), curve AS (
    SELECT place, dwell_s, n_left, CASE WHEN n_left = at_risk THEN 0.0
           ELSE exp(sum(CASE WHEN n_left < at_risk THEN ln(1 - CAST(n_left AS DOUBLE) / at_risk) ELSE 0.0 END)
                    OVER (PARTITION BY place ORDER BY dwell_s)) END AS still
    FROM risked
), lengths AS (
    SELECT place, min(CASE WHEN still <= 0.5 + 1e-9 THEN dwell_s END) AS median_s, min(CASE WHEN still <= 0.1 + 1e-9 THEN dwell_s END) AS p90_s
    FROM curve GROUP BY place
), totals AS (
    SELECT place, count(CASE WHEN is_left THEN 1 END) AS n_dwelt, count(CASE WHEN NOT is_left THEN 1 END) AS n_waiting
    FROM dwells GROUP BY place
), opens AS (
    SELECT stage_n AS place, count(*) AS n FROM lately WHERE is_open GROUP BY stage_n
), stages AS (
    SELECT 1 AS place, 'sense' AS stage UNION ALL SELECT 2, 'monitor' UNION ALL SELECT 3, 'judge'
    UNION ALL SELECT 4, 'warn' UNION ALL SELECT 5, 'handle' UNION ALL SELECT 6, 'evaluate'
)
SELECT stages.stage, coalesce(opens.n, 0) AS n, coalesce(totals.n_dwelt, 0) AS n_dwelt, coalesce(totals.n_waiting, 0) AS n_waiting,
       lengths.median_s, lengths.p90_s
FROM stages LEFT JOIN opens ON opens.place = stages.place LEFT JOIN totals ON totals.place = stages.place
LEFT JOIN lengths ON lengths.place = stages.place
ORDER BY stages.place
