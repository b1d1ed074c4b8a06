-- alert_stretches.sql: stretches of time since 1970 in which anything of aircraft or links came into force: others are not looked at.
-- param   as_of        TIMESTAMPTZ  UTC   by then
-- param   stretch_us   BIGINT       us    how long each is; they are counted from 1970, and hold their last moment, not their first
-- reads   drone_states, link_probes
-- column  number       BIGINT       -     number of the stretch: 0 begins with 1970
-- rows    one per stretch, in order
SELECT DISTINCT number FROM (
    SELECT (epoch_us(greatest(occurred_at, recorded_at)) - 1) // $stretch_us AS number FROM drone_states
    WHERE greatest(occurred_at, recorded_at) <= $as_of AND epoch_us(greatest(occurred_at, recorded_at)) > 0
    UNION ALL
    SELECT (epoch_us(greatest(occurred_at, recorded_at)) - 1) // $stretch_us FROM link_probes
    WHERE greatest(occurred_at, recorded_at) <= $as_of AND epoch_us(greatest(occurred_at, recorded_at)) > 0
) AS stretches
ORDER BY number NULLS LAST
