-- event_facts.sql: every version of the events of one month that have news, with both service clocks and the way through
-- the stages.
-- Clocks are whole seconds gone by; the moment when one became known is rounded up, so that nothing shows before it was
-- recorded. What was done about an event is looked for from a week before the month: a correction may move an event over
-- its edge.
-- param   month_from         TIMESTAMPTZ  UTC    first moment of the month
-- param   month_to           TIMESTAMPTZ  UTC    first moment of the next
-- param   since              TIMESTAMPTZ  UTC    rows recorded from then on are news
-- param   everything         BOOLEAN      -      every event counts as having news
-- reads   events, event_stages, dispatches, feedbacks, sla_targets
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
-- column  known_from         TIMESTAMPTZ  UTC    this version recorded
-- column  known_to           TIMESTAMPTZ  UTC    next version recorded; null for the newest
-- column  response_s         INTEGER      s      first acknowledgement
-- column  response_known_s   INTEGER      s      when that was recorded
-- column  arrive_s           INTEGER      s      first unit on site
-- column  done_s             INTEGER      s      last required unit done; null while one is not
-- column  closure_s          INTEGER      s      citizen told and not reopened; null while open
-- column  closure_known_s    INTEGER      s      when that was recorded
-- column  sense_s            INTEGER      s      first entered the stage
-- column  monitor_s          INTEGER      s      first entered the stage
-- column  judge_s            INTEGER      s      first entered the stage
-- column  warn_s             INTEGER      s      first entered the stage
-- column  handle_s           INTEGER      s      first entered the stage
-- column  evaluate_s         INTEGER      s      first entered the stage
-- column  n_units            SMALLINT     units  units ordered to it
-- column  n_arrived          SMALLINT     units  units that reached the site
-- column  response_target_s  INTEGER      s      target for its source and priority
-- column  closure_target_s   INTEGER      s      target for its source and priority
-- rows    one per version that occurred in the month, of an event with news, by event and version
WITH touched AS (
    SELECT event_id FROM events WHERE NOT $everything AND recorded_at >= $since
    UNION
    SELECT event_id FROM event_stages WHERE NOT $everything AND recorded_at >= $since
    UNION
    SELECT event_id FROM dispatches WHERE NOT $everything AND recorded_at >= $since
    UNION
    SELECT event_id FROM feedbacks WHERE NOT $everything AND recorded_at >= $since
), wanted AS (
    SELECT DISTINCT events.event_id
    FROM events LEFT JOIN touched ON touched.event_id = events.event_id
    WHERE ($everything OR touched.event_id IS NOT NULL) AND events.occurred_at >= $month_from AND events.occurred_at < $month_to
), versions AS (
    SELECT events.event_id, events.version, events.occurred_at, events.recorded_at, events.created_at, events.mode, events.source_id, events.category,
           events.title, events.priority, events.level, events.is_proactive, events.district_id, events.street_code, events.lon_ud, events.lat_ud,
           events.source, min(events.recorded_at) OVER (PARTITION BY events.event_id ORDER BY events.version
                                                        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS known_to
    FROM events JOIN wanted ON wanted.event_id = events.event_id
), orders AS (
    SELECT dispatches.event_id, dispatches.dispatch_id, dispatches.recorded_at, dispatches.is_required, dispatches.acked_at,
           dispatches.arrived_at, dispatches.done_at,
           min(dispatches.recorded_at) OVER (PARTITION BY dispatches.dispatch_id, dispatches.acked_at) AS acked_known_at,
           row_number() OVER (PARTITION BY dispatches.dispatch_id ORDER BY dispatches.version DESC) AS newest
    FROM dispatches JOIN wanted ON wanted.event_id = dispatches.event_id
    WHERE dispatches.occurred_at >= $month_from - INTERVAL 7 DAY
), first_ack AS (
    SELECT event_id, acked_at, acked_known_at,
           row_number() OVER (PARTITION BY event_id ORDER BY acked_at, acked_known_at, dispatch_id) AS nth
    FROM orders WHERE newest = 1 AND acked_at IS NOT NULL
), units AS (
    SELECT event_id, min(arrived_at) AS arrived_at, count(*) AS n_units, count(arrived_at) AS n_arrived,
           CASE WHEN count(CASE WHEN is_required AND done_at IS NULL THEN 1 END) = 0 THEN max(CASE WHEN is_required THEN done_at END) END AS done_at
    FROM orders WHERE newest = 1 GROUP BY event_id
), answers AS (
    SELECT feedbacks.event_id, feedbacks.version, feedbacks.told_at, feedbacks.recorded_at, feedbacks.is_reopened,
           max(CASE WHEN feedbacks.is_reopened THEN feedbacks.version ELSE 0 END) OVER (PARTITION BY feedbacks.event_id) AS last_reopened
    FROM feedbacks JOIN wanted ON wanted.event_id = feedbacks.event_id
    WHERE feedbacks.occurred_at >= $month_from - INTERVAL 7 DAY
), told AS (
    SELECT event_id, told_at, recorded_at AS told_known_at, row_number() OVER (PARTITION BY event_id ORDER BY told_at, version) AS nth
    FROM answers WHERE version > last_reopened
), stages AS (
    SELECT event_stages.event_id,
           min(CASE WHEN stage = 'sense' THEN event_stages.recorded_at END) AS sense_at,
           min(CASE WHEN stage = 'monitor' THEN event_stages.recorded_at END) AS monitor_at,
           min(CASE WHEN stage = 'judge' THEN event_stages.recorded_at END) AS judge_at,
           min(CASE WHEN stage = 'warn' THEN event_stages.recorded_at END) AS warn_at,
           min(CASE WHEN stage = 'handle' THEN event_stages.recorded_at END) AS handle_at,
           min(CASE WHEN stage = 'evaluate' THEN event_stages.recorded_at END) AS evaluate_at
    FROM event_stages JOIN wanted ON wanted.event_id = event_stages.event_id
    WHERE event_stages.occurred_at >= $month_from - INTERVAL 7 DAY
    GROUP BY event_stages.event_id
), goals AS (
    SELECT versions.event_id, versions.version, sla_targets.response_s AS response_target_s, sla_targets.closure_s AS closure_target_s,
           row_number() OVER (PARTITION BY versions.event_id, versions.version
                              ORDER BY CASE WHEN sla_targets.source_id = '*' THEN 0 ELSE 2 END + CASE WHEN sla_targets.priority = 0 THEN 0 ELSE 1 END DESC) AS best
    FROM versions
    JOIN sla_targets ON (sla_targets.source_id = '*' OR sla_targets.source_id = versions.source_id)
                    AND (sla_targets.priority = 0 OR sla_targets.priority = versions.priority)
)
SELECT v.event_id, v.version, v.occurred_at, v.created_at, v.mode, v.source_id, v.category, v.title, v.priority, v.level,
       v.is_proactive, v.district_id, v.street_code, v.lon_ud, v.lat_ud, v.source, v.recorded_at AS known_from, v.known_to,
       CAST((epoch_us(first_ack.acked_at) - epoch_us(v.created_at)) // 1000000 AS INTEGER) AS response_s,
       CAST((epoch_us(first_ack.acked_known_at) - epoch_us(v.created_at) + 999999) // 1000000 AS INTEGER) AS response_known_s,
       CAST((epoch_us(units.arrived_at) - epoch_us(v.created_at)) // 1000000 AS INTEGER) AS arrive_s,
       CAST((epoch_us(units.done_at) - epoch_us(v.created_at)) // 1000000 AS INTEGER) AS done_s,
       CAST((epoch_us(told.told_at) - epoch_us(v.created_at)) // 1000000 AS INTEGER) AS closure_s,
       CAST((epoch_us(told.told_known_at) - epoch_us(v.created_at) + 999999) // 1000000 AS INTEGER) AS closure_known_s,
       CAST((epoch_us(stages.sense_at) - epoch_us(v.created_at) + 999999) // 1000000 AS INTEGER) AS sense_s,
       CAST((epoch_us(stages.monitor_at) - epoch_us(v.created_at) + 999999) // 1000000 AS INTEGER) AS monitor_s,
       CAST((epoch_us(stages.judge_at) - epoch_us(v.created_at) + 999999) // 1000000 AS INTEGER) AS judge_s,
       CAST((epoch_us(stages.warn_at) - epoch_us(v.created_at) + 999999) // 1000000 AS INTEGER) AS warn_s,
       CAST((epoch_us(stages.handle_at) - epoch_us(v.created_at) + 999999) // 1000000 AS INTEGER) AS handle_s,
       CAST((epoch_us(stages.evaluate_at) - epoch_us(v.created_at) + 999999) // 1000000 AS INTEGER) AS evaluate_s,
       CAST(coalesce(units.n_units, 0) AS SMALLINT) AS n_units, CAST(coalesce(units.n_arrived, 0) AS SMALLINT) AS n_arrived,
       goals.response_target_s, goals.closure_target_s
FROM versions AS v
LEFT JOIN first_ack ON first_ack.event_id = v.event_id AND first_ack.nth = 1
LEFT JOIN units ON units.event_id = v.event_id
LEFT JOIN told ON told.event_id = v.event_id AND told.nth = 1
LEFT JOIN stages ON stages.event_id = v.event_id
LEFT JOIN goals ON goals.event_id = v.event_id AND goals.version = v.version AND goals.best = 1
WHERE v.occurred_at >= $month_from AND v.occurred_at < $month_to
ORDER BY v.event_id, v.version
