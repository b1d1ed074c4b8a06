-- alert_bikes.sql: how piles of bikes stood at each moment at which more of them was known, by each rule on it.
-- At a moment the newest picture that was taken and known by then tells; a pile that no picture shows any more is none.
-- param   after        TIMESTAMPTZ  UTC   piles of which something was known or not known any more from a later moment on
-- param   as_of        TIMESTAMPTZ  UTC   and by then
-- reads   bike_clusters, alert_rules
-- column  rule_id      VARCHAR      -     rule
-- column  subject_id   VARCHAR      -     pile
-- column  k_us         BIGINT       us    from when it was known, since 1970
-- column  o_us         BIGINT       us    when the picture was taken, since 1970
-- column  is_bad       BOOLEAN      -     the rule is broken
-- column  value        DOUBLE       bikes close together
-- column  district_id  VARCHAR      -     district; null where unknown
-- column  lon_ud       INTEGER      1e-6deg  longitude
-- column  lat_ud       INTEGER      1e-6deg  latitude
-- rows    one per moment of a pile, by rule, subject, k_us
WITH seen AS (
    SELECT cluster_id, occurred_at, greatest(known_from, occurred_at) AS from_k, known_to AS to_k, n_close, blocks,
           district_id, lon_ud, lat_ud
    FROM bike_clusters WHERE known_from < coalesce(known_to, TIMESTAMPTZ '9999-01-01 00:00:00+00')
), moments AS (
    SELECT cluster_id, from_k AS k FROM seen WHERE from_k <= $as_of
    UNION SELECT cluster_id, to_k FROM seen WHERE to_k >= occurred_at AND to_k <= $as_of
), told AS (
    SELECT cluster_id FROM moments WHERE k > $after GROUP BY cluster_id
), stood AS (
    SELECT m.cluster_id, m.k, max(s.occurred_at) AS occurred_at, max_by(s.n_close, s.occurred_at) AS n_close,
           max_by(coalesce(s.blocks, ''), s.occurred_at) AS blocks, max_by(s.district_id, s.occurred_at) AS district_id,
           max_by(s.lon_ud, s.occurred_at) AS lon_ud, max_by(s.lat_ud, s.occurred_at) AS lat_ud
    FROM moments AS m JOIN told ON told.cluster_id = m.cluster_id
    LEFT JOIN seen AS s ON s.cluster_id = m.cluster_id AND s.from_k <= m.k AND (s.to_k IS NULL OR s.to_k > m.k)
    GROUP BY m.cluster_id, m.k
)
SELECT r.rule_id, s.cluster_id AS subject_id, epoch_us(s.k) AS k_us, epoch_us(coalesce(s.occurred_at, s.k)) AS o_us,
       coalesce(s.n_close >= r.threshold AND (r.applies_to IS NULL OR s.blocks = r.applies_to), FALSE) AS is_bad,
       CAST(coalesce(s.n_close, 0) AS DOUBLE) AS value, s.district_id, s.lon_ud, s.lat_ud
FROM stood AS s JOIN alert_rules AS r ON r.signal = 'bike_cluster'
ORDER BY rule_id, subject_id, k_us
