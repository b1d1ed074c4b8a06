-- event_facts.sql: what was known of events, for every moment: spans of knowledge and of the world in which nothing
-- that was known changes.
-- Each moment at which anything of an event was recorded is looked at (k): the version, orders, answers and stages known
-- by then, each by its newest version. Neighbouring moments become one row as long as what was known stays and null
-- only becomes known. A reopening parts the moments of the world: before it the event was closed, from it on it is open.
-- Answers are taken in the order of the world (told_at, then version), whenever they were recorded; one without a time
-- stands where the source first said it, and a closing by then at the latest is its part's unless one with a time is as early.
-- An answer or an entry into a stage counts until a row that corrects it is recorded.
-- Feeds of orders give no stages: they follow from the order's own moments (opened, acknowledged, citizen told).
-- An order belongs to the event that its newest known version names: it may pass from one to another.
-- param   ids                VARCHAR[]    -      events to work out; null for all of one month
-- param   first_id           VARCHAR      -      least of ids: what lies outside need not be read; null for all of one month
-- param   last_id            VARCHAR      -      greatest of ids; null for all of one month
-- param   of_orders          VARCHAR[]    -      feeds whose events' stages follow from their moments
-- param   month_from         TIMESTAMPTZ  UTC    first moment of the month; null with ids
-- param   month_to           TIMESTAMPTZ  UTC    first moment of the next; null with ids
-- reads   events, event_stages, dispatches, feedbacks, quarantine, sla_targets
-- column  event_id           VARCHAR      -      event
-- column  version            SMALLINT     count  version
-- column  occurred_at        TIMESTAMPTZ  UTC    when it happened
-- column  created_at         TIMESTAMPTZ  UTC    where both clocks start
-- column  mode               VARCHAR      -      live or drill
-- column  source_id          VARCHAR      -      source
-- column  category           VARCHAR      -      kind of trouble
-- column  title              VARCHAR      -      a line that names it
-- column  priority           TINYINT      level  1 worst
-- column  level              VARCHAR      -      level of the city that holds it
-- column  is_proactive       BOOLEAN      -      found before anybody complained
-- column  district_id        VARCHAR      -      district
-- column  street_code        VARCHAR      -      street-level unit
-- column  lon_ud             INTEGER      1e-6deg  longitude
-- column  lat_ud             INTEGER      1e-6deg  latitude
-- column  source             VARCHAR      -      feed
-- column  known_from         TIMESTAMPTZ  UTC    from when this row is what was known
-- column  known_to           TIMESTAMPTZ  UTC    until when; null while nothing newer is known
-- column  holds_from         TIMESTAMPTZ  UTC    from which moment of the world; null from the beginning
-- column  holds_to           TIMESTAMPTZ  UTC    until which moment; null for ever
-- column  acked_at           TIMESTAMPTZ  UTC    first acknowledgement of any unit
-- column  acked_known_at     TIMESTAMPTZ  UTC    when that was recorded
-- column  arrived_at         TIMESTAMPTZ  UTC    first unit on site
-- column  arrived_known_at   TIMESTAMPTZ  UTC    when that was recorded
-- column  done_at            TIMESTAMPTZ  UTC    last required unit done; null while one is not
-- column  done_known_at      TIMESTAMPTZ  UTC    when that was recorded
-- column  closed_at          TIMESTAMPTZ  UTC    citizen told, after holds_from; null while open, and if not known
-- column  closed_known_at    TIMESTAMPTZ  UTC    when that was recorded
-- column  closed_by_at       TIMESTAMPTZ  UTC    closed by then at the latest; null if the time is known or it is open
-- column  closed_by_known_at TIMESTAMPTZ  UTC    when that was recorded
-- column  sense_at           TIMESTAMPTZ  UTC    first entered the stage
-- column  sense_known_at     TIMESTAMPTZ  UTC    when that was recorded
-- column  monitor_at         TIMESTAMPTZ  UTC    first entered the stage
-- column  monitor_known_at   TIMESTAMPTZ  UTC    when that was recorded
-- column  judge_at           TIMESTAMPTZ  UTC    first entered the stage
-- column  judge_known_at     TIMESTAMPTZ  UTC    when that was recorded
-- column  warn_at            TIMESTAMPTZ  UTC    first entered the stage
-- column  warn_known_at      TIMESTAMPTZ  UTC    when that was recorded
-- column  handle_at          TIMESTAMPTZ  UTC    first entered the stage
-- column  handle_known_at    TIMESTAMPTZ  UTC    when that was recorded
-- column  evaluate_at        TIMESTAMPTZ  UTC    first entered the stage
-- column  evaluate_known_at  TIMESTAMPTZ  UTC    when that was recorded
-- column  refused_known_at   TIMESTAMPTZ  UTC    when a closing was refused; null for none
-- column  response_target_s  INTEGER      s      target for its source and priority
-- column  closure_target_s   INTEGER      s      target for its source and priority
-- rows    one per span of an event, by event, known_from and holds_from
WITH wanted AS (
    SELECT unnest($ids) AS event_id
    UNION
    SELECT event_id FROM events
    WHERE $ids IS NULL AND occurred_at >= $month_from AND occurred_at < $month_to
), reports AS ( -- what decides; the rest of an event's row is read at the end, of its days alone
    SELECT events.event_id, version, recorded_at, created_at, source_id, priority, source
    FROM events JOIN wanted ON wanted.event_id = events.event_id
    WHERE ($first_id IS NULL OR events.event_id >= $first_id) AND ($last_id IS NULL OR events.event_id <= $last_id)
), versions_in_order AS (
    SELECT event_id, version, recorded_at,
           max(version) OVER (PARTITION BY event_id ORDER BY recorded_at, version
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest_before
    FROM reports
), versions AS ( -- a version that comes after a higher one is never what is known
    SELECT event_id, version, recorded_at AS from_k,
           lead(recorded_at) OVER (PARTITION BY event_id ORDER BY recorded_at, version) AS to_k
    FROM versions_in_order WHERE highest_before IS NULL OR version > highest_before
), order_names AS (
    SELECT DISTINCT dispatch_id FROM dispatches JOIN wanted ON wanted.event_id = dispatches.event_id
    WHERE ($first_id IS NULL OR dispatches.event_id >= $first_id) AND ($last_id IS NULL OR dispatches.event_id <= $last_id)
), orders_in_order AS (
    SELECT dispatches.dispatch_id, event_id, version, recorded_at, is_required, acked_at, arrived_at, done_at,
           max(version) OVER (PARTITION BY dispatches.dispatch_id ORDER BY recorded_at, version
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest_before
    FROM dispatches JOIN order_names ON order_names.dispatch_id = dispatches.dispatch_id
), orders AS (
    SELECT event_id, is_required, acked_at, arrived_at, done_at, recorded_at AS from_k,
           lead(recorded_at) OVER (PARTITION BY dispatch_id ORDER BY recorded_at, version) AS to_k
    FROM orders_in_order WHERE highest_before IS NULL OR version > highest_before
), answers AS (
    SELECT feedbacks.event_id, version, recorded_at AS from_k, told_at, coalesce(told_at, occurred_at) AS said_at, is_reopened,
           replaces
    FROM feedbacks JOIN wanted ON wanted.event_id = feedbacks.event_id
    WHERE ($first_id IS NULL OR feedbacks.event_id >= $first_id) AND ($last_id IS NULL OR feedbacks.event_id <= $last_id)
), answers_corrected AS (
    SELECT event_id, replaces AS version, min(from_k) AS to_k FROM answers WHERE replaces IS NOT NULL GROUP BY event_id, replaces
), stages AS (
    SELECT event_stages.event_id, stage, recorded_at AS from_k, occurred_at, replaces_at
    FROM event_stages JOIN wanted ON wanted.event_id = event_stages.event_id
    WHERE ($first_id IS NULL OR event_stages.event_id >= $first_id) AND ($last_id IS NULL OR event_stages.event_id <= $last_id)
), stages_corrected AS (
    SELECT event_id, stage, replaces_at AS occurred_at, min(from_k) AS to_k FROM stages WHERE replaces_at IS NOT NULL
    GROUP BY event_id, stage, replaces_at
), refusals AS (
    SELECT subject_id AS event_id, min(recorded_at) AS from_k
    FROM quarantine JOIN wanted ON wanted.event_id = quarantine.subject_id
    WHERE table_name = 'feedbacks' GROUP BY subject_id
), news AS (
    SELECT event_id, from_k AS k FROM versions
    UNION SELECT event_id, from_k FROM orders
    UNION SELECT event_id, to_k FROM orders WHERE to_k IS NOT NULL
    UNION SELECT event_id, from_k FROM answers
    UNION SELECT event_id, from_k FROM stages
    UNION SELECT event_id, from_k FROM refusals
), moments AS ( -- of orders that passed on, only those of the wanted event; nothing before the event itself was known
    SELECT news.event_id, news.k, versions.version
    FROM news JOIN versions ON versions.event_id = news.event_id
     AND versions.from_k <= news.k AND (versions.to_k IS NULL OR versions.to_k > news.k)
), units AS (
    SELECT moments.event_id, moments.k, min(acked_at) AS acked_at, min(arrived_at) AS arrived_at,
           CASE WHEN count(CASE WHEN is_required AND done_at IS NULL THEN 1 END) = 0
                THEN max(CASE WHEN is_required THEN done_at END) END AS done_at
    FROM moments JOIN orders ON orders.event_id = moments.event_id
     AND orders.from_k <= moments.k AND (orders.to_k IS NULL OR orders.to_k > moments.k)
    GROUP BY moments.event_id, moments.k
), entered AS (
    SELECT moments.event_id, moments.k,
           min(CASE WHEN stages.stage = 'sense' THEN stages.occurred_at END) AS sense_at,
           min(CASE WHEN stages.stage = 'monitor' THEN stages.occurred_at END) AS monitor_at,
           min(CASE WHEN stages.stage = 'judge' THEN stages.occurred_at END) AS judge_at,
           min(CASE WHEN stages.stage = 'warn' THEN stages.occurred_at END) AS warn_at,
           min(CASE WHEN stages.stage = 'handle' THEN stages.occurred_at END) AS handle_at,
           min(CASE WHEN stages.stage = 'evaluate' THEN stages.occurred_at END) AS evaluate_at
    FROM moments JOIN stages ON stages.event_id = moments.event_id AND stages.from_k <= moments.k
    LEFT JOIN stages_corrected AS later ON later.event_id = stages.event_id AND later.stage = stages.stage
                                       AND later.occurred_at = stages.occurred_at
    WHERE later.to_k IS NULL OR later.to_k > moments.k
    GROUP BY moments.event_id, moments.k
), told AS ( -- nth counts the reopenings up to an answer, itself included
    SELECT moments.event_id, moments.k, told_at, said_at, is_reopened,
           count(CASE WHEN is_reopened THEN 1 END) OVER (PARTITION BY moments.event_id, moments.k
                                                         ORDER BY said_at, answers.version) AS nth
    FROM moments JOIN answers ON answers.event_id = moments.event_id AND answers.from_k <= moments.k
    LEFT JOIN answers_corrected AS later ON later.event_id = answers.event_id AND later.version = answers.version
    WHERE later.to_k IS NULL OR later.to_k > moments.k
), answered AS (
    SELECT event_id, k, min(told_at) AS told_at FROM told GROUP BY event_id, k
), passed AS (
    SELECT moments.event_id, moments.k,
           CASE WHEN array_contains($of_orders, reports.source) THEN reports.created_at ELSE entered.sense_at END AS sense_at,
           CASE WHEN array_contains($of_orders, reports.source) THEN NULL ELSE entered.monitor_at END AS monitor_at,
           CASE WHEN array_contains($of_orders, reports.source) THEN NULL ELSE entered.judge_at END AS judge_at,
           CASE WHEN array_contains($of_orders, reports.source) THEN NULL ELSE entered.warn_at END AS warn_at,
           CASE WHEN array_contains($of_orders, reports.source) THEN units.acked_at ELSE entered.handle_at END AS handle_at,
           CASE WHEN array_contains($of_orders, reports.source) THEN answered.told_at ELSE entered.evaluate_at END AS evaluate_at
    FROM moments
    JOIN reports ON reports.event_id = moments.event_id AND reports.version = moments.version
    LEFT JOIN entered ON entered.event_id = moments.event_id AND entered.k = moments.k
    LEFT JOIN units ON units.event_id = moments.event_id AND units.k = moments.k
    LEFT JOIN answered ON answered.event_id = moments.event_id AND answered.k = moments.k
), facts AS (
    SELECT moments.event_id, moments.k, moments.version, acked_at, arrived_at, done_at,
           sense_at, monitor_at, judge_at, warn_at, handle_at, evaluate_at,
           CASE WHEN refusals.from_k <= moments.k THEN refusals.from_k END AS refused_known_at,
           lag(moments.version) OVER in_time AS version_before,
           lag(acked_at) OVER in_time AS acked_before,
           lag(arrived_at) OVER in_time AS arrived_before,
           lag(done_at) OVER in_time AS done_before,
           lag(sense_at) OVER in_time AS sense_before,
           lag(monitor_at) OVER in_time AS monitor_before,
           lag(judge_at) OVER in_time AS judge_before,
           lag(warn_at) OVER in_time AS warn_before,
           lag(handle_at) OVER in_time AS handle_before,
           lag(evaluate_at) OVER in_time AS evaluate_before
    FROM moments
    LEFT JOIN units ON units.event_id = moments.event_id AND units.k = moments.k
    LEFT JOIN passed ON passed.event_id = moments.event_id AND passed.k = moments.k
    LEFT JOIN refusals ON refusals.event_id = moments.event_id
    WINDOW in_time AS (PARTITION BY moments.event_id ORDER BY moments.k)
), closings AS (
    SELECT event_id, k, nth, CASE WHEN min(told_at) = min(said_at) THEN min(told_at) END AS closed_at,
           CASE WHEN min(told_at) = min(said_at) THEN NULL ELSE min(said_at) END AS closed_by_at
    FROM told WHERE NOT is_reopened GROUP BY event_id, k, nth
), openings AS (
    SELECT event_id, k, 0 AS nth, CAST(NULL AS TIMESTAMPTZ) AS holds_from FROM moments
    UNION ALL
    SELECT event_id, k, nth, said_at FROM told WHERE is_reopened
), openings_in_order AS (
    SELECT event_id, k, nth, holds_from,
           lead(holds_from) OVER (PARTITION BY event_id, k ORDER BY nth) AS holds_to,
           count(*) OVER (PARTITION BY event_id, k) AS n
    FROM openings
), parts AS (
    SELECT openings_in_order.event_id, openings_in_order.k, openings_in_order.nth, holds_from, holds_to, n, closed_at, closed_by_at,
           lag(n) OVER in_time AS n_before, lag(holds_from) OVER in_time AS holds_from_before,
           lag(holds_to) OVER in_time AS holds_to_before, lag(closed_at) OVER in_time AS closed_before,
           lag(closed_by_at) OVER in_time AS closed_by_before
    FROM openings_in_order
    LEFT JOIN closings ON closings.event_id = openings_in_order.event_id AND closings.k = openings_in_order.k
                      AND closings.nth = openings_in_order.nth
    WINDOW in_time AS (PARTITION BY openings_in_order.event_id, openings_in_order.nth ORDER BY openings_in_order.k)
), changes AS ( -- what was known stays: what is null may become known
    SELECT event_id, k, CASE WHEN version_before IS NOT NULL AND version <> version_before
        OR (acked_before IS NOT NULL AND acked_at IS DISTINCT FROM acked_before)
        OR (arrived_before IS NOT NULL AND arrived_at IS DISTINCT FROM arrived_before)
        OR (done_before IS NOT NULL AND done_at IS DISTINCT FROM done_before)
        OR (sense_before IS NOT NULL AND sense_at IS DISTINCT FROM sense_before)
        OR (monitor_before IS NOT NULL AND monitor_at IS DISTINCT FROM monitor_before)
        OR (judge_before IS NOT NULL AND judge_at IS DISTINCT FROM judge_before)
        OR (warn_before IS NOT NULL AND warn_at IS DISTINCT FROM warn_before)
        OR (handle_before IS NOT NULL AND handle_at IS DISTINCT FROM handle_before)
        OR (evaluate_before IS NOT NULL AND evaluate_at IS DISTINCT FROM evaluate_before)
        THEN 1 ELSE 0 END AS is_new
    FROM facts
    UNION ALL
    SELECT event_id, k, CASE WHEN (n_before IS NOT NULL AND n <> n_before)
        OR (n_before IS NOT NULL AND holds_from IS DISTINCT FROM holds_from_before)
        OR (n_before IS NOT NULL AND holds_to IS DISTINCT FROM holds_to_before)
        OR (closed_before IS NOT NULL AND closed_at IS DISTINCT FROM closed_before)
        OR (closed_by_before IS NOT NULL AND closed_by_at IS DISTINCT FROM closed_by_before)
        THEN 1 ELSE 0 END
    FROM parts
), cuts AS (
    SELECT event_id, k, max(is_new) AS is_new FROM changes GROUP BY event_id, k
), spans AS (
    SELECT event_id, k, sum(is_new) OVER (PARTITION BY event_id ORDER BY k) AS span FROM cuts
), facts_known AS ( -- beside each value the moment from which it has been this one
    SELECT event_id, k, version, refused_known_at, acked_at, arrived_at, done_at, sense_at, monitor_at, judge_at, warn_at, handle_at, evaluate_at,
           CASE WHEN acked_at IS NOT NULL THEN max(CASE WHEN acked_at IS DISTINCT FROM acked_before THEN k END) OVER so_far END AS acked_known_at,
           CASE WHEN arrived_at IS NOT NULL THEN max(CASE WHEN arrived_at IS DISTINCT FROM arrived_before THEN k END) OVER so_far END AS arrived_known_at,
           CASE WHEN done_at IS NOT NULL THEN max(CASE WHEN done_at IS DISTINCT FROM done_before THEN k END) OVER so_far END AS done_known_at,
           CASE WHEN sense_at IS NOT NULL THEN max(CASE WHEN sense_at IS DISTINCT FROM sense_before THEN k END) OVER so_far END AS sense_known_at,
           CASE WHEN monitor_at IS NOT NULL THEN max(CASE WHEN monitor_at IS DISTINCT FROM monitor_before THEN k END) OVER so_far END AS monitor_known_at,
           CASE WHEN judge_at IS NOT NULL THEN max(CASE WHEN judge_at IS DISTINCT FROM judge_before THEN k END) OVER so_far END AS judge_known_at,
           CASE WHEN warn_at IS NOT NULL THEN max(CASE WHEN warn_at IS DISTINCT FROM warn_before THEN k END) OVER so_far END AS warn_known_at,
           CASE WHEN handle_at IS NOT NULL THEN max(CASE WHEN handle_at IS DISTINCT FROM handle_before THEN k END) OVER so_far END AS handle_known_at,
           CASE WHEN evaluate_at IS NOT NULL THEN max(CASE WHEN evaluate_at IS DISTINCT FROM evaluate_before THEN k END) OVER so_far END AS evaluate_known_at
    FROM facts WINDOW so_far AS (PARTITION BY event_id ORDER BY k)
), parts_known AS (
    SELECT event_id, k, nth, holds_from, holds_to, closed_at,
           CASE WHEN closed_at IS NOT NULL
                THEN max(CASE WHEN closed_at IS DISTINCT FROM closed_before THEN k END)
                     OVER (PARTITION BY event_id, nth ORDER BY k) END AS closed_known_at,
           closed_by_at,
           CASE WHEN closed_by_at IS NOT NULL
                THEN max(CASE WHEN closed_by_at IS DISTINCT FROM closed_by_before THEN k END)
                     OVER (PARTITION BY event_id, nth ORDER BY k) END AS closed_by_known_at
    FROM parts
), joined AS (
    SELECT spans.event_id, spans.span, min(spans.k) AS known_from, min(facts_known.version) AS version,
           min(refused_known_at) AS refused_known_at,
           max(acked_at) AS acked_at, max(acked_known_at) AS acked_known_at,
           max(arrived_at) AS arrived_at, max(arrived_known_at) AS arrived_known_at,
           max(done_at) AS done_at, max(done_known_at) AS done_known_at,
           max(sense_at) AS sense_at, max(sense_known_at) AS sense_known_at,
           max(monitor_at) AS monitor_at, max(monitor_known_at) AS monitor_known_at,
           max(judge_at) AS judge_at, max(judge_known_at) AS judge_known_at,
           max(warn_at) AS warn_at, max(warn_known_at) AS warn_known_at,
           max(handle_at) AS handle_at, max(handle_known_at) AS handle_known_at,
           max(evaluate_at) AS evaluate_at, max(evaluate_known_at) AS evaluate_known_at
    FROM spans JOIN facts_known ON facts_known.event_id = spans.event_id AND facts_known.k = spans.k
    GROUP BY spans.event_id, spans.span
), joined_in_order AS (
    SELECT event_id, span, known_from, version, refused_known_at,
           acked_at, acked_known_at,
           arrived_at, arrived_known_at,
           done_at, done_known_at,
           sense_at, sense_known_at,
           monitor_at, monitor_known_at,
           judge_at, judge_known_at,
           warn_at, warn_known_at,
           handle_at, handle_known_at,
           evaluate_at, evaluate_known_at,
           lead(known_from) OVER (PARTITION BY event_id ORDER BY span) AS known_to
    FROM joined
), joined_parts AS (
    SELECT spans.event_id, spans.span, parts_known.nth, min(holds_from) AS holds_from, min(holds_to) AS holds_to,
           max(closed_at) AS closed_at, max(closed_known_at) AS closed_known_at,
           max(closed_by_at) AS closed_by_at, max(closed_by_known_at) AS closed_by_known_at
    FROM spans JOIN parts_known ON parts_known.event_id = spans.event_id AND parts_known.k = spans.k
    GROUP BY spans.event_id, spans.span, parts_known.nth
), goals AS (
    SELECT reports.event_id, reports.version, sla_targets.response_s, sla_targets.closure_s,
           row_number() OVER (PARTITION BY reports.event_id, reports.version
                              ORDER BY CASE WHEN sla_targets.source_id = '*' THEN 0 ELSE 2 END
                                     + CASE WHEN sla_targets.priority = 0 THEN 0 ELSE 1 END DESC) AS best
    FROM reports
    JOIN sla_targets ON (sla_targets.source_id = '*' OR sla_targets.source_id = reports.source_id)
                    AND (sla_targets.priority = 0 OR sla_targets.priority = reports.priority)
)
SELECT v.event_id, v.version, v.occurred_at, v.created_at, v.mode, v.source_id, v.category, v.title,
       v.priority, v.level, v.is_proactive, v.district_id, v.street_code,
       v.lon_ud, v.lat_ud, v.source,
       j.known_from, j.known_to, p.holds_from, p.holds_to,
       j.acked_at, j.acked_known_at, j.arrived_at, j.arrived_known_at, j.done_at, j.done_known_at,
       p.closed_at, p.closed_known_at, p.closed_by_at, p.closed_by_known_at,
       j.sense_at, j.sense_known_at,
       j.monitor_at, j.monitor_known_at,
       j.judge_at, j.judge_known_at,
       j.warn_at, j.warn_known_at,
       j.handle_at, j.handle_known_at,
       j.evaluate_at, j.evaluate_known_at,
       j.refused_known_at, goals.response_s AS response_target_s, goals.closure_s AS closure_target_s
FROM joined_in_order AS j
JOIN joined_parts AS p ON p.event_id = j.event_id AND p.span = j.span
JOIN events AS v ON v.event_id = j.event_id AND v.version = j.version
LEFT JOIN goals ON goals.event_id = j.event_id AND goals.version = j.version AND goals.best = 1
WHERE ($first_id IS NULL OR v.event_id >= $first_id) AND ($last_id IS NULL OR v.event_id <= $last_id)
  AND ($ids IS NOT NULL OR (v.occurred_at >= $month_from AND v.occurred_at < $month_to))
  AND (p.holds_from IS NULL OR p.holds_to IS NULL OR p.holds_from < p.holds_to)
ORDER BY v.event_id, j.known_from, p.holds_from NULLS FIRST
