-- kept_facts.sql: the facts of one month that stay as they are: those of events without news.
-- param   month_from         TIMESTAMPTZ  UTC    first moment of the month
-- param   month_to           TIMESTAMPTZ  UTC    first moment of the next
-- param   since              TIMESTAMPTZ  UTC    rows recorded from then on are news
-- reads   event_facts, events, event_stages, dispatches, feedbacks
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
-- rows    one per version that occurred in the month, of an event without news, by event and version
WITH touched AS (
    SELECT event_id FROM events WHERE recorded_at >= $since
    UNION
    SELECT event_id FROM event_stages WHERE recorded_at >= $since
    UNION
    SELECT event_id FROM dispatches WHERE recorded_at >= $since
    UNION
    SELECT event_id FROM feedbacks WHERE recorded_at >= $since
)
SELECT event_facts.event_id, event_facts.version, event_facts.occurred_at, event_facts.created_at, event_facts.mode,
       event_facts.source_id, event_facts.category, event_facts.title, event_facts.priority, event_facts.level,
       event_facts.is_proactive, event_facts.district_id, event_facts.street_code, event_facts.lon_ud, event_facts.lat_ud,
       event_facts.source, event_facts.known_from, event_facts.known_to, event_facts.response_s,
       event_facts.response_known_s, event_facts.arrive_s, event_facts.done_s, event_facts.closure_s,
       event_facts.closure_known_s, event_facts.sense_s, event_facts.monitor_s, event_facts.judge_s, event_facts.warn_s,
       event_facts.handle_s, event_facts.evaluate_s, event_facts.n_units, event_facts.n_arrived,
       event_facts.response_target_s, event_facts.closure_target_s
FROM event_facts
LEFT JOIN touched ON touched.event_id = event_facts.event_id
WHERE touched.event_id IS NULL AND event_facts.occurred_at >= $month_from AND event_facts.occurred_at < $month_to
ORDER BY event_facts.event_id, event_facts.version
