-- layers/attention/rows.sql: open events that need attention first.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - a district's id, or empty for the whole city
-- param most INTEGER rows how many at most
-- reads event_facts, districts, streets
-- column id VARCHAR - what to pick on the map
-- column priority INTEGER level 1 worst, 4 least
-- column title VARCHAR - a line that names it
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name
-- column street VARCHAR - street-level unit; null where unknown
-- column stage VARCHAR - stage it has reached
-- column age_s BIGINT s since the order was opened
-- column response_s INTEGER s first acknowledgement; null while nobody has acknowledged
-- column response_target_s INTEGER s target for its source and priority
-- column closure_target_s INTEGER s target for its source and priority
-- column overdue_s BIGINT s past its target of closing; null while in time or without a target
-- column n_arrived INTEGER units units that reached the site
-- column n_units INTEGER units units ordered to it
-- rows one per open event: worst priority first, then those past their target, then the newest
WITH still_open AS (
    SELECT event_id, priority, title, district_id, street_code, created_at, response_target_s, closure_target_s, n_arrived, n_units,
           (epoch_us($as_of) - epoch_us(created_at)) // 1000000 AS age_s, response_s, response_known_s,
           evaluate_s, handle_s, warn_s, judge_s, monitor_s
    FROM event_facts
    WHERE mode = $mode AND created_at <= $as_of AND ($district = '' OR district_id = $district)
      AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
      AND (closure_s IS NULL OR epoch_us(created_at) + CAST(closure_s AS BIGINT) * 1000000 > epoch_us($as_of)
           OR epoch_us(created_at) + CAST(closure_known_s AS BIGINT) * 1000000 > epoch_us($known_at))
), worst AS (
    SELECT event_id, priority, title, district_id, street_code, created_at, response_target_s, closure_target_s, n_arrived, n_units, age_s,
           CASE WHEN response_s <= age_s
                 AND epoch_us(created_at) + CAST(response_known_s AS BIGINT) * 1000000 <= epoch_us($known_at) THEN response_s END AS response_s,
           CASE WHEN evaluate_s <= age_s THEN 'evaluate' WHEN handle_s <= age_s THEN 'handle' WHEN warn_s <= age_s THEN 'warn'
                WHEN judge_s <= age_s THEN 'judge' WHEN monitor_s <= age_s THEN 'monitor' ELSE 'sense' END AS stage,
           CASE WHEN age_s > closure_target_s THEN age_s - closure_target_s END AS overdue_s
    FROM still_open
    ORDER BY priority, CASE WHEN age_s > closure_target_s THEN 0 ELSE 1 END, created_at DESC, event_id
    LIMIT $most
)
SELECT 'event_heat:' || worst.event_id AS id, CAST(worst.priority AS INTEGER) AS priority, worst.title, worst.district_id,
       districts.name AS district, streets.name AS street, worst.stage, worst.age_s, worst.response_s, worst.response_target_s,
       worst.closure_target_s, worst.overdue_s, CAST(worst.n_arrived AS INTEGER) AS n_arrived, CAST(worst.n_units AS INTEGER) AS n_units
FROM worst LEFT JOIN districts ON districts.district_id = worst.district_id LEFT JOIN streets ON streets.street_code = worst.street_code
ORDER BY worst.priority, CASE WHEN worst.overdue_s IS NULL THEN 1 ELSE 0 END, worst.created_at DESC, worst.event_id
