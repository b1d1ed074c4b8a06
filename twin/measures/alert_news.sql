-- alert_news.sql: how much came into force of what is costly to look at, and how old the oldest is: what is older than that need
-- not be looked at beside it.
-- param   after        TIMESTAMPTZ  UTC      values and verdicts came into force later than this
-- param   drones_after TIMESTAMPTZ  UTC      states of aircraft came into force later than this
-- param   links_after  TIMESTAMPTZ  UTC      probes of links came into force later than this
-- param   opened_after TIMESTAMPTZ  UTC      events came into force later than this
-- param   bikes_after  TIMESTAMPTZ  UTC      bicycles came into force later than this
-- param   as_of        TIMESTAMPTZ  UTC      and by then
-- reads   indicator_values, detections, drone_states, link_probes, events
-- column  n_values     BIGINT       records  values of indicators
-- column  n_verdicts   BIGINT       records  versions of detections with a verdict
-- column  state_us     BIGINT       us       oldest state of an aircraft, since 1970; null for none
-- column  probe_us     BIGINT       us       oldest probe of a link, since 1970; null for none
-- column  opened_us    BIGINT       us       oldest opening of an event, since 1970; null for none
-- column  bike_us      BIGINT       us       oldest bicycle that was seen, since 1970; null for none
-- rows one
SELECT (SELECT count(*) FROM indicator_values
        WHERE greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of) AS n_values,
       (SELECT count(*) FROM detections WHERE human_verdict IS NOT NULL
        AND greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of) AS n_verdicts,
       (SELECT epoch_us(min(occurred_at)) FROM drone_states
        WHERE greatest(occurred_at, recorded_at) > $drones_after AND greatest(occurred_at, recorded_at) <= $as_of) AS state_us,
       (SELECT epoch_us(min(occurred_at)) FROM link_probes
        WHERE greatest(occurred_at, recorded_at) > $links_after AND greatest(occurred_at, recorded_at) <= $as_of) AS probe_us,
       (SELECT epoch_us(min(created_at)) FROM events
        WHERE version = 1 AND mode = 'live'
          AND greatest(created_at, recorded_at) > $opened_after AND greatest(created_at, recorded_at) <= $as_of) AS opened_us,
       (SELECT epoch_us(min(occurred_at)) FROM detections
        WHERE class = 'bicycle' AND greatest(occurred_at, recorded_at) > $bikes_after
          AND greatest(occurred_at, recorded_at) <= $as_of) AS bike_us
