-- alert_due.sql: events of which an alert may take a step between two moments: one of their moments comes then, or a clock of theirs
-- runs out then, or an alert on them grows old then. Rows that were recorded then are not looked for: `ids` names their events.
-- param   ids         VARCHAR[]    -    events that new rows speak of
-- param   after       TIMESTAMPTZ  UTC  later than this
-- param   as_of       TIMESTAMPTZ  UTC  and by then
-- reads   event_facts, alert_rules, alerts
-- column  event_id    VARCHAR      -    event
-- column  first_at    TIMESTAMPTZ  UTC  first occurrence of what is known of it; null if the files at hand know nothing
-- rows    one per event, by id
WITH rules AS (
    SELECT signal, applies_to, threshold, escalate_threshold, coalesce(raise_for_s, 0) AS raise_for_s,
           coalesce(escalate_after_s, 0) AS after_s
    FROM alert_rules WHERE signal IN ('event_response', 'event_arrival', 'event_closure', 'event_stage')
), limits AS ( -- in units of the clock, and seconds beside
    SELECT signal, applies_to, threshold AS share, raise_for_s AS wait_s FROM rules
    UNION SELECT signal, applies_to, threshold, raise_for_s + after_s FROM rules
    UNION SELECT signal, applies_to, escalate_threshold, 0 FROM rules WHERE escalate_threshold IS NOT NULL
), facts AS (
    SELECT event_id, known_from, occurred_at, created_at, holds_from, acked_at, arrived_at, done_at, closed_at, closed_by_at,
           sense_at, monitor_at, judge_at, warn_at, handle_at, evaluate_at, response_target_s, closure_target_s
    FROM event_facts
), found AS (
    SELECT event_id FROM facts
    WHERE event_id IN (SELECT unnest($ids))
       OR (known_from > $after AND known_from <= $as_of)
       OR (occurred_at > $after AND occurred_at <= $as_of) OR (created_at > $after AND created_at <= $as_of)
       OR (holds_from > $after AND holds_from <= $as_of) OR (acked_at > $after AND acked_at <= $as_of)
       OR (arrived_at > $after AND arrived_at <= $as_of) OR (done_at > $after AND done_at <= $as_of)
       OR (closed_at > $after AND closed_at <= $as_of) OR (closed_by_at > $after AND closed_by_at <= $as_of)
       OR (sense_at > $after AND sense_at <= $as_of) OR (monitor_at > $after AND monitor_at <= $as_of)
       OR (judge_at > $after AND judge_at <= $as_of) OR (warn_at > $after AND warn_at <= $as_of)
       OR (handle_at > $after AND handle_at <= $as_of) OR (evaluate_at > $after AND evaluate_at <= $as_of)
    UNION
    SELECT f.event_id
    FROM facts AS f JOIN limits AS l
      ON epoch_us(CASE WHEN l.signal <> 'event_stage' THEN f.created_at WHEN l.applies_to = 'sense' THEN f.sense_at
                       WHEN l.applies_to = 'monitor' THEN f.monitor_at WHEN l.applies_to = 'judge' THEN f.judge_at
                       WHEN l.applies_to = 'warn' THEN f.warn_at WHEN l.applies_to = 'handle' THEN f.handle_at END)
         + 1000000 * (l.wait_s + CAST(round(l.share * CASE WHEN l.signal = 'event_response' THEN f.response_target_s
                                                           WHEN l.signal = 'event_closure' THEN f.closure_target_s ELSE 1 END) AS BIGINT))
         BETWEEN epoch_us($after) + 1 AND epoch_us($as_of)
    UNION
    SELECT subject_id FROM alerts
    WHERE what = 'raised' AND subject_kind = 'event' AND EXISTS (
        SELECT 1 FROM rules WHERE after_s > 0 AND epoch_us(alerts.raised_at) + 1000000 * after_s BETWEEN epoch_us($after) + 1 AND epoch_us($as_of))
    UNION
    SELECT unnest($ids)
)
SELECT found.event_id, min(least(facts.occurred_at, facts.created_at)) AS first_at
FROM found LEFT JOIN facts ON facts.event_id = found.event_id
GROUP BY found.event_id ORDER BY found.event_id
