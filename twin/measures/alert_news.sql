-- alert_news.sql: how many values of indicators and verdicts of people came into force.
-- param   after      TIMESTAMPTZ  UTC      later than this
-- param   as_of      TIMESTAMPTZ  UTC      and by then
-- reads   indicator_values, detections, drone_states, link_probes
-- column  n_values   BIGINT       records  values of indicators
-- column  n_verdicts BIGINT       records  versions of detections with a verdict
-- column  oldest_us  BIGINT       us       oldest state of an aircraft, since 1970; null for none
-- column  probed_us  BIGINT       us       oldest probe of a link, since 1970; null for none
-- rows one
SELECT (SELECT count(*) FROM indicator_values
        WHERE greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of) AS n_values,
       (SELECT count(*) FROM detections WHERE human_verdict IS NOT NULL
        AND greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of) AS n_verdicts,
       (SELECT epoch_us(min(occurred_at)) FROM drone_states
        WHERE greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of) AS oldest_us,
       (SELECT epoch_us(min(occurred_at)) FROM link_probes
        WHERE greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of) AS probed_us
