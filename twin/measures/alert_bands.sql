-- alert_bands.sql: when values of indicators left their band, and when they were back.
-- Only good values count: a late, suspect or missing one neither raises nor clears. A value turns bad with the n-th bad one in a
-- row; values more than three periods apart are no row. A value that corrects the newest is one more of the same moment, and
-- counts once; one that corrects an older says nothing here.
-- param   after        TIMESTAMPTZ  UTC   of series of which a value came into force later than this
-- param   as_of        TIMESTAMPTZ  UTC   and by then
-- reads   indicator_values, indicators, alert_rules
-- column  rule_id      VARCHAR      -     rule
-- column  subject_id   VARCHAR      -     indicator and area, with '|' between
-- column  k_us         BIGINT       us    from when it was known, since 1970
-- column  o_us         BIGINT       us    when it was measured, since 1970
-- column  is_bad       BOOLEAN      -     it turned bad, else good
-- column  value        DOUBLE       see   what was measured
-- column  threshold    DOUBLE       see   edge of the band that it broke
-- column  district_id  VARCHAR      -     district it is of; null for the city
-- rows    one per turn, by rule, subject, k_us, o_us
WITH rules AS (
    SELECT rule_id, coalesce(n_samples, 1) AS n_samples FROM alert_rules WHERE signal = 'indicator_band'
), catalogue AS (
    SELECT ind_id, low, high, CAST(CASE period WHEN 'hour' THEN 3600 WHEN 'day' THEN 86400 ELSE 2678400 END AS BIGINT) AS period_s
    FROM indicators WHERE low IS NOT NULL OR high IS NOT NULL
), said AS (
    SELECT v.ind_id, v.area_id, v.occurred_at, greatest(v.occurred_at, v.recorded_at) AS k, v.value, i.low, i.high, i.period_s
    FROM indicator_values AS v JOIN catalogue AS i ON i.ind_id = v.ind_id
    WHERE v.quality = 'good' AND v.value IS NOT NULL AND v.occurred_at <= $as_of AND v.recorded_at <= $as_of
      AND epoch_us(v.occurred_at) > epoch_us($after) - 1000000 * i.period_s * (SELECT max(3 * (n_samples + 1)) FROM rules)
), touched AS (
    SELECT DISTINCT ind_id, area_id FROM said WHERE k > $after
), in_order AS (
    SELECT said.ind_id, said.area_id, occurred_at, k, value, low, high, period_s,
           max(occurred_at) OVER (PARTITION BY said.ind_id, said.area_id ORDER BY k, occurred_at
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest_before
    FROM said JOIN touched ON touched.ind_id = said.ind_id AND touched.area_id = said.area_id
), beside AS (
    SELECT ind_id, area_id, occurred_at, k, period_s, value, CASE WHEN value < low THEN low ELSE high END AS threshold,
           coalesce(value < low, FALSE) OR coalesce(value > high, FALSE) AS is_bad,
           lag(coalesce(value < low, FALSE) OR coalesce(value > high, FALSE)) OVER in_time AS was_bad,
           lag(occurred_at) OVER in_time AS before_at
    FROM in_order WHERE newest_before IS NULL OR occurred_at >= newest_before
    WINDOW in_time AS (PARTITION BY ind_id, area_id ORDER BY k, occurred_at)
), parted AS (
    SELECT ind_id, area_id, occurred_at, k, value, threshold, is_bad,
           sum(CASE WHEN was_bad = is_bad AND epoch_us(occurred_at) - epoch_us(before_at) <= 3000000 * period_s THEN 0 ELSE 1 END)
               OVER (PARTITION BY ind_id, area_id ORDER BY k, occurred_at ROWS UNBOUNDED PRECEDING) AS run,
           CASE WHEN before_at = occurred_at AND was_bad = is_bad THEN 0 ELSE 1 END AS is_more
    FROM beside
), counted AS (
    SELECT ind_id, area_id, occurred_at, k, value, threshold, is_bad, is_more,
           sum(is_more) OVER (PARTITION BY ind_id, area_id, run ORDER BY k, occurred_at ROWS UNBOUNDED PRECEDING) AS nth
    FROM parted
)
SELECT rules.rule_id, ind_id || '|' || area_id AS subject_id, epoch_us(k) AS k_us, epoch_us(occurred_at) AS o_us, is_bad, value,
       threshold, CASE WHEN area_id <> 'city' THEN area_id END AS district_id
FROM counted CROSS JOIN rules
WHERE is_more = 1 AND ((is_bad AND nth = rules.n_samples) OR (NOT is_bad AND nth = 1))
ORDER BY rules.rule_id, subject_id, k_us, o_us
