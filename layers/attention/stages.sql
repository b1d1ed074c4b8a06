-- layers/attention/stages.sql: open events by the stage they have reached, beside today's events that came through it.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- reads event_facts
-- column stage VARCHAR - sense, monitor, judge, warn, handle, evaluate
-- column n BIGINT events open now and in this stage; the six add up to open_now
-- column n_today BIGINT events opened today and came into this stage, open or not
-- rows six, in the order of the stages
WITH known AS (
    SELECT created_at >= $day_from AS is_today, (epoch_us($as_of) - epoch_us(created_at)) // 1000000 AS age_s,
           evaluate_s, handle_s, warn_s, judge_s, monitor_s,
           closure_s IS NULL OR epoch_us(created_at) + CAST(closure_s AS BIGINT) * 1000000 > epoch_us($as_of)
             OR epoch_us(created_at) + CAST(closure_known_s AS BIGINT) * 1000000 > epoch_us($known_at) AS is_open
    FROM event_facts
    WHERE mode = $mode AND created_at <= $as_of AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
), reached AS (
    SELECT is_open, is_today, coalesce(monitor_s <= age_s, FALSE) AS monitored, coalesce(judge_s <= age_s, FALSE) AS judged,
           coalesce(warn_s <= age_s, FALSE) AS warned, coalesce(handle_s <= age_s, FALSE) AS handled,
           coalesce(evaluate_s <= age_s, FALSE) AS evaluated,
           CASE WHEN evaluate_s <= age_s THEN 6 WHEN handle_s <= age_s THEN 5 WHEN warn_s <= age_s THEN 4
                WHEN judge_s <= age_s THEN 3 WHEN monitor_s <= age_s THEN 2 ELSE 1 END AS place
    FROM known WHERE is_open OR is_today
), stages AS (
    SELECT 1 AS place, 'sense' AS stage UNION ALL SELECT 2, 'monitor' UNION ALL SELECT 3, 'judge'
    UNION ALL SELECT 4, 'warn' UNION ALL SELECT 5, 'handle' UNION ALL SELECT 6, 'evaluate'
)
SELECT stages.stage, count(CASE WHEN reached.is_open AND reached.place = stages.place THEN 1 END) AS n,
       count(CASE WHEN reached.is_today AND CASE stages.place WHEN 1 THEN TRUE WHEN 2 THEN reached.monitored WHEN 3 THEN reached.judged
                  WHEN 4 THEN reached.warned WHEN 5 THEN reached.handled ELSE reached.evaluated END THEN 1 END) AS n_today
FROM stages LEFT JOIN reached ON TRUE
GROUP BY stages.place, stages.stage ORDER BY stages.place
