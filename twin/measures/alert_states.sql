-- alert_states.sql: when what aircraft say of themselves turned bad, and when good again, by each rule on it.
-- A state that comes after a newer one says nothing; nor does a value between the threshold and that of clearing.
-- On the ground no battery is low and no height too great.
-- param   after        TIMESTAMPTZ  UTC   came into force later than this
-- param   looked_from  TIMESTAMPTZ  UTC   states of before are older than any of these
-- param   as_of        TIMESTAMPTZ  UTC   and by then
-- reads   drone_states, alert_rules
-- column  rule_id      VARCHAR      -     rule
-- column  subject_id   VARCHAR      -     aircraft
-- column  k_us         BIGINT       us    from when it was known, since 1970
-- column  o_us         BIGINT       us    when it happened, since 1970
-- column  is_bad       BOOLEAN      -     it turned bad, else good
-- column  value        DOUBLE       see   value of the signal
-- column  district_id  VARCHAR      -     null: an aircraft is where it flies
-- column  lon_ud       INTEGER      1e-6deg  longitude
-- column  lat_ud       INTEGER      1e-6deg  latitude
-- rows    one per turn, by rule, subject, k_us, o_us
WITH states AS (
    SELECT drone_id, greatest(occurred_at, recorded_at) AS k, occurred_at, mode IN ('flying', 'returning') AS is_aloft, height_m,
           battery_pct, lon_ud, lat_ud,
           max(occurred_at) OVER (PARTITION BY drone_id ORDER BY greatest(occurred_at, recorded_at), occurred_at
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest_before
    FROM drone_states
    WHERE occurred_at <= $as_of AND occurred_at > $looked_from AND greatest(occurred_at, recorded_at) <= $as_of
), judged AS (
    SELECT r.rule_id, s.drone_id, s.k, s.occurred_at, s.lon_ud, s.lat_ud, CAST(s.battery_pct AS DOUBLE) AS value,
           CASE WHEN s.is_aloft AND s.battery_pct < r.threshold THEN TRUE
                WHEN NOT s.is_aloft OR s.battery_pct >= coalesce(r.clear_threshold, r.threshold) THEN FALSE END AS is_bad
    FROM states AS s JOIN alert_rules AS r ON r.signal = 'drone_battery'
    WHERE s.newest_before IS NULL OR s.occurred_at > s.newest_before
    UNION ALL
    SELECT r.rule_id, s.drone_id, s.k, s.occurred_at, s.lon_ud, s.lat_ud, CAST(s.height_m AS DOUBLE),
           CASE WHEN s.is_aloft AND s.height_m > r.threshold THEN TRUE
                WHEN NOT s.is_aloft OR s.height_m <= coalesce(r.clear_threshold, r.threshold) THEN FALSE END
    FROM states AS s JOIN alert_rules AS r ON r.signal = 'drone_height'
    WHERE s.newest_before IS NULL OR s.occurred_at > s.newest_before
), turned AS (
    SELECT rule_id, drone_id, k, occurred_at, lon_ud, lat_ud, value, is_bad,
           lag(is_bad) OVER (PARTITION BY rule_id, drone_id ORDER BY k, occurred_at) AS was_bad
    FROM judged WHERE is_bad IS NOT NULL
)
SELECT rule_id, drone_id AS subject_id, epoch_us(k) AS k_us, epoch_us(occurred_at) AS o_us, is_bad, value,
       CAST(NULL AS VARCHAR) AS district_id, lon_ud, lat_ud
FROM turned WHERE k > $after AND (was_bad IS NULL OR was_bad <> is_bad)
ORDER BY rule_id, subject_id, k_us, o_us
