-- layers/event_clocks/survival.sql: the share of events that still wait, against the time since they were opened (Kaplan-Meier).
-- Of events opened in the last days. The wait ends at the first acknowledgement (response) or the answer to the citizen (closure).
-- Who still waits is censored at the moment looked at; so is an event that was reopened, since it is not closed; and one that was
-- closed without any acknowledgement is censored for the response when it was closed. Left out, and counted, is what has no
-- length: acknowledged or closed before it was opened, closed, nobody knows when, and on the axis of targets what has none. At
-- one time what ends comes before what is censored. The interval is Greenwood's on log(-log S), 95 %; it is null where S is 0.
-- A group of fewer than $least has one row and no curve. Of the steps the last one of each of $steps parts of the axis is told.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param window_days INTEGER days how far back events were opened
-- param clock VARCHAR - response or closure
-- param by VARCHAR - all, level, district, source, unit; or chosen: what lies in the chosen district beside the whole city
-- param axis VARCHAR - s: seconds; target: shares of each event's own target
-- param reach DOUBLE targets how far the axis goes, in targets
-- param steps INTEGER count parts of the axis
-- param least INTEGER cases a curve is drawn of so many at least
-- param most_groups INTEGER groups how many at most, the largest ones
-- uses events_at
-- uses leads_at
-- reads event_facts, dispatches, districts, event_sources
-- column group_id VARCHAR - level, district, source or unit; empty for all events together
-- column name VARCHAR - its name; null of a level, and of all
-- column name_en VARCHAR - its name in English
-- column place BIGINT ordinal its place: all first, then levels in order, others by the share at the target, least done first
-- column n BIGINT events whose wait is known
-- column n_open BIGINT events those of them that still wait
-- column n_left_out BIGINT events whose wait has no length
-- column is_few BOOLEAN - too few for a curve
-- column axis VARCHAR - s or target
-- column target DOUBLE s|targets the target on the axis; null where events have different ones, or none
-- column reach DOUBLE s|targets end of the axis
-- column at_target DOUBLE share still waiting at the target; null where no event was watched for so long
-- column at_target_low DOUBLE share low end of its interval
-- column at_target_high DOUBLE share high end
-- column median DOUBLE s|targets half have ended by then; null where that is not known yet
-- column t DOUBLE s|targets a step, or 0
-- column survival DOUBLE share still waiting from then on; null in a group of too few
-- column low DOUBLE share low end of its interval
-- column high DOUBLE share high end
-- rows one per step that is told, by place, then time
WITH cases AS (
    SELECT event_id, source_id, priority, district_id, street_code, is_open, is_acked, age_s, closure_s,
           CASE WHEN $clock = 'response' THEN response_target_s ELSE closure_target_s END AS target_s,
           CASE WHEN $clock = 'response' THEN response_s ELSE closure_s END AS done_s
    FROM events_at
    WHERE mode = $mode AND created_at > $as_of - INTERVAL 1 DAY * $window_days AND created_at <= $as_of
      AND ($district = '' OR $by = 'chosen' OR district_id = $district OR array_contains($zone_streets, street_code))
), leads AS (
    SELECT event_id, unit_id, unit_name FROM leads_at WHERE $by = 'unit' AND unit_id IS NOT NULL
), waits AS (
    SELECT CASE $by WHEN 'level' THEN CAST(cases.priority AS VARCHAR) WHEN 'district' THEN cases.district_id WHEN 'source' THEN cases.source_id
                    WHEN 'unit' THEN leads.unit_id
                    WHEN 'chosen' THEN CASE WHEN cases.district_id = $district OR array_contains($zone_streets, cases.street_code)
                                            THEN $district END END AS group_id,
           leads.unit_name, cases.target_s, cases.done_s IS NOT NULL AS is_done, cases.is_open,
           CASE WHEN cases.done_s IS NOT NULL THEN cases.done_s WHEN $clock = 'response' AND cases.is_acked THEN NULL
                WHEN cases.is_open THEN cases.age_s WHEN $clock = 'response' THEN cases.closure_s END AS wait_s
    FROM cases LEFT JOIN leads ON leads.event_id = cases.event_id
), placed AS (
    SELECT group_id, unit_name, is_done, is_open,
           CASE WHEN $axis = 'target' THEN CASE WHEN target_s IS NULL THEN NULL ELSE 1.0 END ELSE CAST(target_s AS DOUBLE) END AS target,
           CASE WHEN $axis = 'target' THEN CAST(wait_s AS DOUBLE) / target_s ELSE CAST(wait_s AS DOUBLE) END AS t
    FROM waits
), members AS (
    SELECT '' AS group_id, CAST(NULL AS VARCHAR) AS unit_name, is_done, is_open, target, t FROM placed
    UNION ALL
    SELECT group_id, unit_name, is_done, is_open, target, t FROM placed WHERE group_id IS NOT NULL
), sizes AS (
    SELECT group_id, max(unit_name) AS unit_name, count(t) AS n, count(CASE WHEN NOT is_done AND is_open THEN t END) AS n_open,
           count(CASE WHEN t IS NULL THEN 1 END) AS n_left_out, max(t) AS last_t,
           CASE WHEN (count(target) = count(*) OR $axis = 'target') AND min(target) = max(target) THEN min(target) END AS target
    FROM members GROUP BY group_id
), chosen AS (
    SELECT group_id, unit_name, n, n_open, n_left_out, last_t, target,
           coalesce($reach * target, CASE WHEN last_t > 0 THEN last_t END, 1.0) AS reach, n < $least AS is_few
    FROM (
        SELECT group_id, unit_name, n, n_open, n_left_out, last_t, target,
               row_number() OVER (ORDER BY CASE WHEN group_id = '' THEN 0 ELSE 1 END, n DESC, group_id) AS nth
        FROM sizes
    ) AS ranked WHERE nth <= $most_groups + 1
), counted AS (
    SELECT members.group_id, members.t, count(*) AS n_here, count(CASE WHEN members.is_done THEN 1 END) AS n_done
    FROM members JOIN chosen ON chosen.group_id = members.group_id
    WHERE members.t IS NOT NULL AND NOT chosen.is_few GROUP BY members.group_id, members.t
), risked AS (
    SELECT group_id, t, n_done, CAST(sum(n_here) OVER (PARTITION BY group_id ORDER BY t DESC) AS DOUBLE) AS at_risk FROM counted
), summed AS (
    SELECT group_id, t, n_done, at_risk,
           sum(CASE WHEN n_done < at_risk THEN ln(1 - n_done / at_risk) ELSE 0.0 END) OVER (PARTITION BY group_id ORDER BY t) AS log_s,
           sum(CASE WHEN n_done < at_risk THEN n_done / (at_risk * (at_risk - n_done)) ELSE 0.0 END) OVER (PARTITION BY group_id ORDER BY t) AS var
    FROM risked
), curve AS (
    SELECT group_id, t, CASE WHEN n_done = at_risk THEN 0.0 ELSE exp(log_s) END AS survival,
           CASE WHEN n_done = at_risk THEN NULL WHEN log_s = 0 THEN 1.0
                ELSE exp(-exp(ln(-log_s) - 1.959963984540054 * sqrt(var) / log_s)) END AS low,
           CASE WHEN n_done = at_risk THEN NULL WHEN log_s = 0 THEN 1.0
                ELSE exp(-exp(ln(-log_s) + 1.959963984540054 * sqrt(var) / log_s)) END AS high
    FROM summed
), at_targets AS (
    SELECT curve.group_id, min(CASE WHEN curve.survival <= 0.5 + 1e-9 THEN curve.t END) AS median,
           max(CASE WHEN curve.t <= chosen.target THEN curve.t END) AS target_step, min(curve.survival) AS least
    FROM curve JOIN chosen ON chosen.group_id = curve.group_id GROUP BY curve.group_id
), told AS (
    SELECT chosen.group_id, chosen.unit_name, chosen.n, chosen.n_open, chosen.n_left_out, chosen.is_few, chosen.target, chosen.reach,
           at_targets.median,
           CASE WHEN chosen.last_t >= chosen.target OR at_targets.least = 0 THEN coalesce(curve.survival, 1.0) END AS at_target,
           CASE WHEN chosen.last_t >= chosen.target THEN CASE WHEN curve.t IS NULL THEN 1.0 ELSE curve.low END END AS at_target_low,
           CASE WHEN chosen.last_t >= chosen.target THEN CASE WHEN curve.t IS NULL THEN 1.0 ELSE curve.high END END AS at_target_high
    FROM chosen LEFT JOIN at_targets ON at_targets.group_id = chosen.group_id
    LEFT JOIN curve ON curve.group_id = chosen.group_id AND curve.t = at_targets.target_step
), ordered AS (
    SELECT group_id, unit_name, n, n_open, n_left_out, is_few, target, reach, median,
           CASE WHEN is_few THEN NULL ELSE at_target END AS at_target, CASE WHEN is_few THEN NULL ELSE at_target_low END AS at_target_low,
           CASE WHEN is_few THEN NULL ELSE at_target_high END AS at_target_high,
           row_number() OVER (ORDER BY CASE WHEN group_id = '' THEN 0 WHEN is_few THEN 2 ELSE 1 END,
                                       CASE WHEN $by = 'level' THEN group_id END NULLS LAST,
                                       CASE WHEN is_few THEN NULL ELSE at_target END DESC NULLS LAST, n DESC, group_id) AS place
    FROM told
), parted AS (
    SELECT curve.group_id, curve.t, curve.survival, curve.low, curve.high,
           row_number() OVER (PARTITION BY curve.group_id, CAST(floor($steps * curve.t / chosen.reach) AS BIGINT)
                              ORDER BY curve.t DESC) AS nth
    FROM curve JOIN chosen ON chosen.group_id = curve.group_id WHERE curve.t <= chosen.reach
), steps AS (
    SELECT group_id, t, survival, low, high FROM parted WHERE nth = 1
    UNION ALL
    SELECT chosen.group_id, 0.0, CASE WHEN is_few THEN NULL ELSE 1.0 END, CASE WHEN is_few THEN NULL ELSE 1.0 END,
           CASE WHEN is_few THEN NULL ELSE 1.0 END
    FROM chosen WHERE NOT EXISTS (SELECT 1 FROM parted WHERE parted.group_id = chosen.group_id AND parted.t = 0 AND parted.nth = 1)
)
SELECT ordered.group_id, CASE WHEN $by = 'unit' THEN ordered.unit_name ELSE coalesce(districts.name, event_sources.name) END AS name,
       coalesce(districts.name_en, event_sources.name_en) AS name_en, ordered.place, ordered.n, ordered.n_open, ordered.n_left_out,
       ordered.is_few, $axis AS axis, ordered.target, ordered.reach, ordered.at_target, ordered.at_target_low, ordered.at_target_high,
       ordered.median, steps.t, steps.survival, steps.low, steps.high
FROM ordered JOIN steps ON steps.group_id = ordered.group_id
LEFT JOIN districts ON districts.district_id = ordered.group_id AND ($by = 'district' OR $by = 'chosen')
LEFT JOIN event_sources ON event_sources.source_id = ordered.group_id AND $by = 'source'
ORDER BY ordered.place, steps.t
