-- alert_near.sql: pairs of aircraft in the air that were nearer to each other than a rule allows, at nearly one moment.
-- param   after        TIMESTAMPTZ  UTC   one of the two came into force later than this
-- param   looked_from  TIMESTAMPTZ  UTC   positions of before are not looked at
-- param   as_of        TIMESTAMPTZ  UTC   and by then
-- param   m_per_lon_ud DOUBLE       m     a millionth of a degree of longitude, at the city's middle latitude
-- param   m_per_lat_ud DOUBLE       m     the same of latitude
-- reads   drone_states, alert_rules
-- column  rule_id      VARCHAR      -     rule
-- column  subject_id   VARCHAR      -     both aircraft, the lesser id first
-- column  k_us         BIGINT       us    from when both positions were known, since 1970
-- column  o_us         BIGINT       us    the later position, since 1970
-- column  value_m2     DOUBLE       m2    their distance across, squared
-- column  lon_ud       INTEGER      1e-6deg  longitude
-- column  lat_ud       INTEGER      1e-6deg  latitude
-- rows    one per pair of positions, by rule, subject, k_us, o_us
WITH aloft AS (
    SELECT r.rule_id, r.threshold, r.threshold_2, r.within_s, s.drone_id, greatest(s.occurred_at, s.recorded_at) AS k, s.occurred_at,
           epoch_us(s.occurred_at) // (r.within_s * 1000000) AS slot, s.lon_ud, s.lat_ud, s.height_m
    FROM drone_states AS s JOIN alert_rules AS r ON r.signal = 'drone_near'
    WHERE s.mode IN ('flying', 'returning') AND s.occurred_at <= $as_of
      AND s.occurred_at > $looked_from AND greatest(s.occurred_at, s.recorded_at) <= $as_of
), beside AS (
    SELECT rule_id, drone_id, k, occurred_at, slot, lon_ud, lat_ud, height_m FROM aloft
    UNION ALL SELECT rule_id, drone_id, k, occurred_at, slot - 1, lon_ud, lat_ud, height_m FROM aloft
    UNION ALL SELECT rule_id, drone_id, k, occurred_at, slot + 1, lon_ud, lat_ud, height_m FROM aloft
), pairs AS (
    SELECT a.rule_id, a.threshold, a.drone_id || '|' || b.drone_id AS subject_id, greatest(a.k, b.k) AS k,
           greatest(a.occurred_at, b.occurred_at) AS occurred_at, a.lon_ud, a.lat_ud,
           (a.lon_ud - b.lon_ud) * $m_per_lon_ud * (a.lon_ud - b.lon_ud) * $m_per_lon_ud
             + (a.lat_ud - b.lat_ud) * $m_per_lat_ud * (a.lat_ud - b.lat_ud) * $m_per_lat_ud AS value_m2
    FROM aloft AS a JOIN beside AS b ON b.rule_id = a.rule_id AND b.slot = a.slot
    WHERE a.drone_id < b.drone_id AND a.height_m - b.height_m < a.threshold_2 AND b.height_m - a.height_m < a.threshold_2
      AND epoch_us(a.occurred_at) - epoch_us(b.occurred_at) <= a.within_s * 1000000
      AND epoch_us(b.occurred_at) - epoch_us(a.occurred_at) <= a.within_s * 1000000
)
SELECT rule_id, subject_id, epoch_us(k) AS k_us, epoch_us(occurred_at) AS o_us, value_m2, lon_ud, lat_ud
FROM pairs WHERE k > $after AND value_m2 < threshold * threshold
ORDER BY rule_id, subject_id, k_us, o_us
