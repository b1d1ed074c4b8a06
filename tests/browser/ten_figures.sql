WITH newest AS (
    SELECT *, row_number() OVER (PARTITION BY event_id ORDER BY version DESC) AS nth FROM events WHERE recorded_at <= $as_of
), acks AS (
    SELECT event_id, min(acked_at) AS acked_at FROM dispatches WHERE recorded_at <= $as_of GROUP BY event_id
), answers AS (
    SELECT event_id, told_at, is_reopened, row_number() OVER (PARTITION BY event_id ORDER BY version DESC) AS nth FROM feedbacks WHERE recorded_at <= $as_of
), cases AS (
    SELECT newest.*, acks.acked_at, answers.told_at, date_diff('second', created_at, $as_of) AS age_s
    FROM newest LEFT JOIN acks USING (event_id) LEFT JOIN answers ON answers.event_id = newest.event_id AND answers.nth = 1 AND NOT answers.is_reopened
    WHERE newest.nth = 1 AND mode = 'live'
), heard AS (
    SELECT drone_id, mode, date_diff('second', occurred_at, $as_of) AS age_s, row_number() OVER (PARTITION BY drone_id ORDER BY occurred_at DESC) AS nth
    FROM drone_states
), probes AS (
    SELECT dept_id, max(occurred_at) FILTER (WHERE is_ok) AS last_ok_at, max(last_record_at) AS last_record_at FROM link_probes GROUP BY dept_id
)
SELECT (SELECT count(*) FROM cases WHERE occurred_at >= $day_from) AS events_today,
       (SELECT count(*) FROM cases WHERE told_at IS NULL) AS open_now,
       (SELECT quantile_cont(coalesce(date_diff('second', created_at, acked_at), age_s), 0.5) FROM cases
        WHERE created_at >= $day_from AND age_s >= 120 AND (acked_at IS NOT NULL OR told_at IS NULL)) AS response_p50_s,
       (SELECT quantile_cont(coalesce(date_diff('second', created_at, told_at), age_s), 0.9) FROM cases
        WHERE created_at >= $day_from AND age_s >= CASE priority WHEN 2 THEN 7200 WHEN 3 THEN 43200 WHEN 4 THEN 259200 ELSE 1800 END) AS closure_p90_s,
       (SELECT 100.0 * count(*) FILTER (WHERE is_proactive) / count(*) FROM cases WHERE occurred_at >= $day_from) AS proactive_pct,
       (SELECT 100.0 * count(*) / (SELECT sum(n_cells) FROM districts) FROM
           (SELECT cell_x, cell_y FROM coverage WHERE district_id IS NOT NULL GROUP BY ALL HAVING max(seen_at) > $as_of - INTERVAL 1 HOUR)) AS coverage_60_pct,
       (SELECT count(DISTINCT drone_id) FROM drones) AS drones_integrated,
       (SELECT count(*) FROM heard WHERE nth = 1 AND age_s <= CASE WHEN mode IN ('flying', 'returning') THEN 90 ELSE 900 END) AS drones_online,
       (SELECT count(*) FROM heard WHERE nth = 1 AND mode IN ('flying', 'returning') AND age_s <= 90) AS drones_flying,
       (SELECT count(*) FROM probes WHERE date_diff('second', last_ok_at, $as_of) <= 300 AND date_diff('second', last_record_at, $as_of) <= 300) AS departments_ok
