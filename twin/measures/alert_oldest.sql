-- alert_oldest.sql: how old the oldest is of what came into force: what is older than that need not be looked at beside it.
-- param   drones_after TIMESTAMPTZ  UTC   states of aircraft came into force later than this
-- param   links_after  TIMESTAMPTZ  UTC   probes of links came into force later than this
-- param   opened_after TIMESTAMPTZ  UTC   events came into force later than this
-- param   as_of        TIMESTAMPTZ  UTC   and by then
-- reads   drone_states, link_probes, events
-- column  state_us     BIGINT       us    oldest state of an aircraft, since 1970; null for none
-- column  probe_us     BIGINT       us    oldest probe of a link, since 1970; null for none
-- column  opened_us    BIGINT       us    oldest opening of an event, since 1970; null for none
-- rows one
SELECT (SELECT epoch_us(min(occurred_at)) FROM drone_states
        WHERE greatest(occurred_at, recorded_at) > $drones_after AND greatest(occurred_at, recorded_at) <= $as_of) AS state_us,
       (SELECT epoch_us(min(occurred_at)) FROM link_probes
        WHERE greatest(occurred_at, recorded_at) > $links_after AND greatest(occurred_at, recorded_at) <= $as_of) AS probe_us,
       (SELECT epoch_us(min(created_at)) FROM events
        WHERE version = 1 AND mode = 'live'
          AND greatest(created_at, recorded_at) > $opened_after AND greatest(created_at, recorded_at) <= $as_of) AS opened_us
