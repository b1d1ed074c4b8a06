-- alert_events.sql: what became of alerts on events: their clocks of acknowledgement, arrival, closing and stages.
-- A clock is looked at as whoever watched it live saw it: at each moment by what had happened and been recorded by then.
-- A span of event_facts is what was seen from from_k up to to_k; in it a clock is over its limit from the limit on, until it is
-- stopped or the span ends. Neighbouring times over the limit are one alert, whatever was corrected in between.
-- An alert is acknowledged from when a unit's first acknowledgement of the event was known: at once, if it was before.
-- param   ids            VARCHAR[]    -         events; null for all
-- param   after          TIMESTAMPTZ  UTC       rows recorded later than this
-- param   as_of          TIMESTAMPTZ  UTC       and by then
-- reads   event_facts, alert_rules
-- column  what           VARCHAR      -         raised, escalated, acknowledged or cleared
-- column  occurred_at    TIMESTAMPTZ  UTC       when in the world
-- column  recorded_at    TIMESTAMPTZ  UTC       from when it was seen
-- column  raised_at      TIMESTAMPTZ  UTC       from when the alert was
-- column  rule_id        VARCHAR      -         rule
-- column  subject_id     VARCHAR      -         event
-- column  mode           VARCHAR      -         live or drill
-- column  level          TINYINT      level     of the alert from this row on
-- column  value          DOUBLE       see       seconds since the clock began, or their share of the target
-- column  threshold      DOUBLE       see       what it is held against
-- column  district_id    VARCHAR      -         district; null where unknown
-- column  street_code    VARCHAR      -         street-level unit; null where unknown
-- column  lon_ud         INTEGER      1e-6deg   longitude; null where unknown
-- column  lat_ud         INTEGER      1e-6deg   latitude; null where unknown
-- rows    one per step of an alert, by recorded_at, rule, event and step
WITH rules AS (
    SELECT rule_id, signal, applies_to, priority, threshold, coalesce(raise_for_s, 0) AS raise_for_s, level,
           escalate_threshold, escalate_after_s, coalesce(escalate_level, level) AS worse
    FROM alert_rules WHERE signal IN ('event_response', 'event_arrival', 'event_closure', 'event_stage')
), wanted AS (
    SELECT unnest($ids) AS event_id
    UNION SELECT event_id FROM event_facts WHERE $ids IS NULL
), spans AS (
    SELECT f.event_id, f.mode, f.priority, f.district_id, f.street_code, f.lon_ud, f.lat_ud, f.created_at,
           greatest(f.known_from, f.created_at, f.occurred_at, coalesce(f.holds_from, f.created_at)) AS from_k,
           least(coalesce(f.known_to, TIMESTAMPTZ '9999-01-01 00:00:00+00'),
                 coalesce(f.holds_to, TIMESTAMPTZ '9999-01-01 00:00:00+00')) AS to_k,
           f.holds_from, f.response_target_s, f.closure_target_s,
           f.acked_at, CASE WHEN f.acked_at IS NOT NULL THEN greatest(f.acked_at, f.acked_known_at) END AS acked_k,
           f.arrived_at, CASE WHEN f.arrived_at IS NOT NULL THEN greatest(f.arrived_at, f.arrived_known_at) END AS arrived_k,
           f.done_at, CASE WHEN f.done_at IS NOT NULL THEN greatest(f.done_at, f.done_known_at) END AS done_k,
           coalesce(f.closed_at, f.closed_by_at) AS closed_at,
           CASE WHEN f.closed_at IS NOT NULL THEN greatest(f.closed_at, f.closed_known_at)
                WHEN f.closed_by_at IS NOT NULL THEN greatest(f.closed_by_at, f.closed_by_known_at) END AS closed_k,
           f.sense_at, CASE WHEN f.sense_at IS NOT NULL THEN greatest(f.sense_at, f.sense_known_at) END AS sense_k,
           f.monitor_at, CASE WHEN f.monitor_at IS NOT NULL THEN greatest(f.monitor_at, f.monitor_known_at) END AS monitor_k,
           f.judge_at, CASE WHEN f.judge_at IS NOT NULL THEN greatest(f.judge_at, f.judge_known_at) END AS judge_k,
           f.warn_at, CASE WHEN f.warn_at IS NOT NULL THEN greatest(f.warn_at, f.warn_known_at) END AS warn_k,
           f.handle_at, CASE WHEN f.handle_at IS NOT NULL THEN greatest(f.handle_at, f.handle_known_at) END AS handle_k,
           f.evaluate_at, CASE WHEN f.evaluate_at IS NOT NULL THEN greatest(f.evaluate_at, f.evaluate_known_at) END AS evaluate_k
    FROM event_facts AS f JOIN wanted ON wanted.event_id = f.event_id
), clocks AS ( -- one per rule and span: when it began, how long is one of its unit, and what stopped it
    -- (a stage the first of those after it that was entered)
    SELECT r.rule_id, r.threshold, r.escalate_threshold, s.event_id, s.mode, s.district_id, s.street_code, s.lon_ud, s.lat_ud, s.created_at,
           s.holds_from, s.from_k, s.to_k, s.acked_at, s.acked_k, s.closed_at, s.closed_k,
           CASE r.signal WHEN 'event_response' THEN s.response_target_s WHEN 'event_closure' THEN s.closure_target_s ELSE 1 END AS unit_s,
           CASE WHEN r.signal <> 'event_stage' THEN s.created_at
                WHEN r.applies_to = 'sense' THEN s.sense_at
                WHEN r.applies_to = 'monitor' THEN s.monitor_at
                WHEN r.applies_to = 'judge' THEN s.judge_at
                WHEN r.applies_to = 'warn' THEN s.warn_at
                WHEN r.applies_to = 'handle' THEN s.handle_at END AS begun_at,
           CASE WHEN r.signal <> 'event_stage' THEN s.from_k
                WHEN r.applies_to = 'sense' THEN s.sense_k
                WHEN r.applies_to = 'monitor' THEN s.monitor_k
                WHEN r.applies_to = 'judge' THEN s.judge_k
                WHEN r.applies_to = 'warn' THEN s.warn_k
                WHEN r.applies_to = 'handle' THEN s.handle_k END AS begun_k,
           CASE WHEN r.signal = 'event_response' THEN s.acked_at
                WHEN r.signal = 'event_arrival' THEN least(coalesce(s.arrived_at, s.done_at), coalesce(s.done_at, s.arrived_at))
                WHEN r.applies_to = 'sense' THEN coalesce(s.monitor_at, s.judge_at, s.warn_at, s.handle_at, s.evaluate_at)
                WHEN r.applies_to = 'monitor' THEN coalesce(s.judge_at, s.warn_at, s.handle_at, s.evaluate_at)
                WHEN r.applies_to = 'judge' THEN coalesce(s.warn_at, s.handle_at, s.evaluate_at)
                WHEN r.applies_to = 'warn' THEN coalesce(s.handle_at, s.evaluate_at)
                WHEN r.applies_to = 'handle' THEN s.evaluate_at END AS stopped_at,
           CASE WHEN r.signal = 'event_response' THEN coalesce(s.acked_k, s.to_k)
                WHEN r.signal = 'event_arrival' THEN least(coalesce(s.arrived_k, s.to_k), coalesce(s.done_k, s.to_k))
                WHEN r.signal = 'event_closure' THEN s.to_k
                WHEN r.applies_to = 'sense' THEN least(coalesce(s.monitor_k, s.to_k), coalesce(s.judge_k, s.to_k), coalesce(s.warn_k, s.to_k), coalesce(s.handle_k, s.to_k), coalesce(s.evaluate_k, s.to_k))
                WHEN r.applies_to = 'monitor' THEN least(coalesce(s.judge_k, s.to_k), coalesce(s.warn_k, s.to_k), coalesce(s.handle_k, s.to_k), coalesce(s.evaluate_k, s.to_k))
                WHEN r.applies_to = 'judge' THEN least(coalesce(s.warn_k, s.to_k), coalesce(s.handle_k, s.to_k), coalesce(s.evaluate_k, s.to_k))
                WHEN r.applies_to = 'warn' THEN least(coalesce(s.handle_k, s.to_k), coalesce(s.evaluate_k, s.to_k))
                WHEN r.applies_to = 'handle' THEN coalesce(s.evaluate_k, s.to_k) END AS stopped_k
    FROM spans AS s JOIN rules AS r ON r.priority IS NULL OR s.priority <= r.priority
    WHERE s.from_k < s.to_k AND (r.signal <> 'event_stage' OR s.holds_from IS NULL)
), limited AS (
    SELECT rule_id, event_id, begun_at, unit_s, from_k,
           greatest(begun_at + INTERVAL 1 SECOND * CAST(round(threshold * unit_s) AS INTEGER), coalesce(holds_from, created_at)) AS over_at,
           greatest(from_k, begun_k, begun_at + INTERVAL 1 SECOND * CAST(round(threshold * unit_s) AS INTEGER)) AS over_k,
           CASE WHEN escalate_threshold IS NOT NULL
                THEN greatest(begun_at + INTERVAL 1 SECOND * CAST(round(escalate_threshold * unit_s) AS INTEGER),
                              coalesce(holds_from, created_at)) END AS worse_at,
           least(to_k, stopped_k, coalesce(closed_k, to_k)) AS until_k,
           CASE WHEN stopped_at IS NOT NULL AND stopped_k <= least(to_k, coalesce(closed_k, to_k)) THEN stopped_at
                WHEN closed_at IS NOT NULL AND closed_k <= to_k THEN closed_at ELSE to_k END AS until_at,
           CASE WHEN acked_k <= least(to_k, coalesce(closed_k, to_k)) THEN greatest(acked_k, from_k) END AS acked_k, acked_at,
           mode, district_id, street_code, lon_ud, lat_ud
    FROM clocks WHERE begun_at IS NOT NULL AND unit_s IS NOT NULL
), over AS (
    SELECT rule_id, event_id, begun_at, unit_s, over_at, over_k, worse_at,
           CASE WHEN worse_at IS NOT NULL THEN greatest(worse_at, over_k) END AS worse_k, until_k, until_at,
           acked_k, acked_at, mode, district_id, street_code, lon_ud, lat_ud,
           max(until_k) OVER (PARTITION BY rule_id, event_id ORDER BY over_k, until_k
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_k
    FROM limited WHERE over_k < until_k
), numbered AS (
    SELECT rule_id, event_id, begun_at, unit_s, over_at, over_k, worse_at, worse_k, until_k, until_at, acked_k, acked_at, mode,
           district_id, street_code, lon_ud, lat_ud,
           sum(CASE WHEN before_k >= over_k THEN 0 ELSE 1 END)
               OVER (PARTITION BY rule_id, event_id ORDER BY over_k, until_k ROWS UNBOUNDED PRECEDING) AS nth
    FROM over
), alerts AS ( -- of its first span's limits
    SELECT n.rule_id, n.event_id, n.nth, min_by(n.over_at, n.over_k) + INTERVAL 1 SECOND * min(r.raise_for_s) AS raised_at,
           min(n.over_k) + INTERVAL 1 SECOND * min(r.raise_for_s) AS raised_k,
           min(CASE WHEN n.worse_k < n.until_k THEN n.worse_k END) AS worse_k,
           min_by(CASE WHEN n.worse_k < n.until_k THEN n.worse_at END, CASE WHEN n.worse_k < n.until_k THEN n.worse_k END) AS worse_at,
           max(n.until_k) AS until_k, max_by(n.until_at, n.until_k) AS until_at,
           min(CASE WHEN n.acked_k <= n.until_k THEN n.acked_k END) AS acked_k,
           min_by(CASE WHEN n.acked_k <= n.until_k THEN n.acked_at END, CASE WHEN n.acked_k <= n.until_k THEN n.acked_k END) AS acked_at,
           min_by(n.begun_at, n.over_k) AS begun_at, min_by(n.unit_s, n.over_k) AS unit_s, min_by(n.mode, n.over_k) AS mode,
           min_by(n.district_id, n.over_k) AS district_id, min_by(n.street_code, n.over_k) AS street_code,
           min_by(n.lon_ud, n.over_k) AS lon_ud, min_by(n.lat_ud, n.over_k) AS lat_ud
    FROM numbered AS n JOIN rules AS r ON r.rule_id = n.rule_id
    GROUP BY n.rule_id, n.event_id, n.nth
), told AS (
    SELECT a.rule_id, a.event_id, a.raised_at, a.raised_k, a.until_k, a.until_at, a.begun_at, a.unit_s, a.mode, a.district_id, a.street_code,
           a.lon_ud, a.lat_ud, r.threshold, r.level, r.worse, r.escalate_threshold,
           CASE WHEN a.acked_k IS NOT NULL THEN greatest(a.raised_k, a.acked_k) END AS acked_k,
           CASE WHEN a.acked_k IS NOT NULL THEN greatest(a.raised_at, a.acked_at) END AS acked_at,
           CASE WHEN r.escalate_threshold IS NOT NULL AND a.worse_k IS NOT NULL THEN greatest(a.raised_k, a.worse_k)
                WHEN r.escalate_after_s IS NOT NULL AND (a.acked_k IS NULL OR a.acked_k > a.raised_k + INTERVAL 1 SECOND * r.escalate_after_s)
                THEN a.raised_k + INTERVAL 1 SECOND * r.escalate_after_s END AS worse_k,
           CASE WHEN r.escalate_threshold IS NOT NULL THEN greatest(a.raised_at, a.worse_at)
                WHEN r.escalate_after_s IS NOT NULL THEN a.raised_at + INTERVAL 1 SECOND * r.escalate_after_s END AS worse_at,
           r.escalate_threshold IS NOT NULL AND a.worse_k IS NULL AS is_never_worse
    FROM alerts AS a JOIN rules AS r ON r.rule_id = a.rule_id WHERE a.raised_k < a.until_k
), steps AS (
    SELECT 'raised' AS what, raised_at AS occurred_at, raised_k AS recorded_at, raised_k, rule_id, event_id, mode, level, begun_at, unit_s,
           threshold, district_id, street_code, lon_ud, lat_ud
    FROM told
    UNION ALL
    SELECT 'escalated', worse_at, worse_k, raised_k, rule_id, event_id, mode, worse, begun_at, unit_s, coalesce(escalate_threshold, threshold),
           district_id, street_code, lon_ud, lat_ud
    FROM told WHERE worse_k < until_k AND NOT is_never_worse
    UNION ALL
    SELECT 'acknowledged', acked_at, acked_k, raised_k, rule_id, event_id, mode,
           CASE WHEN worse_k <= acked_k AND worse_k < until_k AND NOT is_never_worse THEN worse ELSE level END, begun_at, unit_s,
           threshold, district_id, street_code, lon_ud, lat_ud
    FROM told WHERE acked_k IS NOT NULL
    UNION ALL
    SELECT 'cleared', greatest(until_at, raised_at), until_k, raised_k, rule_id, event_id, mode,
           CASE WHEN worse_k < until_k AND NOT is_never_worse THEN worse ELSE level END, begun_at, unit_s, threshold, district_id, street_code, lon_ud, lat_ud
    FROM told
)
SELECT what, occurred_at, recorded_at, raised_k AS raised_at, rule_id, event_id AS subject_id, mode, level,
       CAST(epoch_us(occurred_at) - epoch_us(begun_at) AS DOUBLE) / 1000000 / unit_s AS value, threshold,
       district_id, street_code, lon_ud, lat_ud
FROM steps WHERE recorded_at > $after AND recorded_at <= $as_of
ORDER BY recorded_at, rule_id, subject_id, what
