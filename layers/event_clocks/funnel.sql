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
), stages AS ( -- the last one is the second wait in handling of what is open again
    SELECT 1 AS place, 1 AS part, 'sense' AS stage UNION ALL SELECT 2, 2, 'monitor' UNION ALL SELECT 3, 3, 'judge'
    UNION ALL SELECT 4, 4, 'warn' UNION ALL SELECT 5, 5, 'handle' UNION ALL SELECT 6, 6, 'evaluate' UNION ALL SELECT 5, 7, 'handle'
), spans AS (
    SELECT stages.place, stages.part, is_open, is_new, stage_n, reopened_at,
           CASE stages.part WHEN 1 THEN sense_at WHEN 2 THEN monitor_at WHEN 3 THEN judge_at WHEN 4 THEN warn_at WHEN 5 THEN handle_at
                WHEN 6 THEN evaluate_at WHEN 7 THEN CASE WHEN is_open THEN reopened_at END END AS entered_at,
           coalesce(CASE stages.part WHEN 1 THEN least(monitor_at, judge_at, warn_at, handle_at, evaluate_at)
                         WHEN 2 THEN least(judge_at, warn_at, handle_at, evaluate_at) WHEN 3 THEN least(warn_at, handle_at, evaluate_at)
                         WHEN 4 THEN least(handle_at, evaluate_at) WHEN 5 THEN evaluate_at END,
                    CASE WHEN NOT is_open THEN closed_at END) AS left_at
    FROM lately CROSS JOIN stages
), dwells AS (
    SELECT place, left_at IS NOT NULL AS is_left, is_open AND part = stage_n AS is_here,
           CASE WHEN NOT is_new THEN NULL WHEN entered_at <= left_at THEN (epoch_us(left_at) - epoch_us(entered_at)) // 1000000
                WHEN left_at IS NULL AND is_open AND (part = 7 OR (part = stage_n AND reopened_at IS NULL))
                THEN (epoch_us($as_of) - epoch_us(entered_at)) // 1000000 END AS dwell_s
    FROM spans
), counted AS (
    SELECT place, dwell_s, count(*) AS n_here, count(CASE WHEN is_left THEN 1 END) AS n_left, count(CASE WHEN is_here THEN 1 END) AS n_open
    FROM dwells GROUP BY place, dwell_s
), risked AS (
    SELECT place, dwell_s, n_left, sum(n_here) OVER (PARTITION BY place ORDER BY dwell_s DESC) AS at_risk FROM counted WHERE dwell_s IS NOT NULL
), curve AS (
    SELECT place, dwell_s, n_left, CASE WHEN n_left = at_risk THEN 0.0
           ELSE exp(sum(CASE WHEN n_left < at_risk THEN ln(1 - CAST(n_left AS DOUBLE) / at_risk) ELSE 0.0 END)
                    OVER (PARTITION BY place ORDER BY dwell_s)) END AS still
    FROM risked
), lengths AS (
    SELECT place, min(CASE WHEN still <= 0.5 + 1e-9 THEN dwell_s END) AS median_s, min(CASE WHEN still <= 0.1 + 1e-9 THEN dwell_s END) AS p90_s
    FROM curve GROUP BY place
), totals AS (
    SELECT place, sum(n_open) AS n_open, sum(CASE WHEN dwell_s IS NOT NULL THEN n_left END) AS n_dwelt,
           sum(CASE WHEN dwell_s IS NOT NULL THEN n_here - n_left END) AS n_waiting
    FROM counted GROUP BY place
)
SELECT stages.stage, CAST(coalesce(totals.n_open, 0) AS BIGINT) AS n, CAST(coalesce(totals.n_dwelt, 0) AS BIGINT) AS n_dwelt,
       CAST(coalesce(totals.n_waiting, 0) AS BIGINT) AS n_waiting, lengths.median_s, lengths.p90_s
FROM stages LEFT JOIN totals ON totals.place = stages.place LEFT JOIN lengths ON lengths.place = stages.place
WHERE stages.part < 7 ORDER BY stages.place
