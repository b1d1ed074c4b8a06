-- alert_unlike.sql: when values of indicators became unlike those of the same hour of the weeks before, and when like them again.
-- The measure is the robust deviation: 0.6745 times the distance from the median of those weeks, by their median distance from
-- it. Fewer weeks than the rule asks for are too little history, and weeks that are all the same tell no spread: neither raises
-- nor clears. Values count as in alert_bands.sql; of monthly ones there is no same hour.
-- param   after        TIMESTAMPTZ  UTC   of series of which a value came into force later than this
-- param   as_of        TIMESTAMPTZ  UTC   and by then
-- reads   indicator_values, indicators, alert_rules
-- column  rule_id      VARCHAR      -     rule
-- column  subject_id   VARCHAR      -     indicator and area, with '|' between
-- column  k_us         BIGINT       us    from when it was known, since 1970
-- column  o_us         BIGINT       us    when it was measured, since 1970
-- column  is_bad       BOOLEAN      -     it turned bad, else good
-- column  value        DOUBLE       deviations  robust deviations, squared
-- column  district_id  VARCHAR      -     district it is of; null for the city
-- rows    one per turn, by rule, subject, k_us, o_us
WITH rules AS (
    SELECT rule_id, threshold, n_weeks, coalesce(n_samples, 1) AS n_samples FROM alert_rules WHERE signal = 'indicator_unlike'
), catalogue AS (
    SELECT ind_id, CAST(CASE period WHEN 'hour' THEN 3600 ELSE 86400 END AS BIGINT) AS period_s FROM indicators WHERE period <> 'month'
), said AS (
    SELECT v.ind_id, v.area_id, v.occurred_at, greatest(v.occurred_at, v.recorded_at) AS k, v.recorded_at, v.value, i.period_s
    FROM indicator_values AS v JOIN catalogue AS i ON i.ind_id = v.ind_id
    WHERE v.quality = 'good' AND v.value IS NOT NULL AND v.occurred_at <= $as_of AND v.recorded_at <= $as_of
), of_late AS (
    SELECT ind_id, area_id, occurred_at, k, value, period_s
    FROM said WHERE epoch_us(occurred_at) > epoch_us($after) - 1000000 * period_s * (SELECT max(3 * (n_samples + 1)) FROM rules)
), touched AS (
    SELECT DISTINCT ind_id, area_id FROM of_late WHERE k > $after
), in_order AS (
    SELECT of_late.ind_id, of_late.area_id, occurred_at, k, value, period_s,
           max(occurred_at) OVER (PARTITION BY of_late.ind_id, of_late.area_id ORDER BY k, occurred_at
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest_before
    FROM of_late JOIN touched ON touched.ind_id = of_late.ind_id AND touched.area_id = of_late.area_id
), weekly AS (
    SELECT n.ind_id, n.area_id, n.k, n.occurred_at, n.value, n.period_s, r.rule_id, r.threshold, r.n_weeks, r.n_samples,
           n.occurred_at - INTERVAL 168 HOUR * weeks.w AS then_at
    FROM in_order AS n CROSS JOIN rules AS r JOIN range(1, 27) AS weeks(w) ON weeks.w <= r.n_weeks
    WHERE n.newest_before IS NULL OR n.occurred_at >= n.newest_before
), usual AS (
    SELECT w.ind_id, w.area_id, w.k, w.occurred_at, w.value, w.period_s, w.rule_id, w.threshold, w.n_weeks, w.n_samples,
           p.value AS then_value,
           row_number() OVER (PARTITION BY w.rule_id, w.ind_id, w.area_id, w.k, w.occurred_at, w.then_at
                              ORDER BY p.recorded_at DESC) AS nth
    FROM weekly AS w JOIN said AS p ON p.ind_id = w.ind_id AND p.area_id = w.area_id AND p.occurred_at = w.then_at AND p.k <= w.k
), middles AS (
    SELECT rule_id, ind_id, area_id, k, occurred_at, median(then_value) AS middle, count(*) AS n
    FROM usual WHERE nth = 1 GROUP BY rule_id, ind_id, area_id, k, occurred_at
), spreads AS (
    SELECT u.rule_id, u.ind_id, u.area_id, u.k, u.occurred_at, min(u.value) AS value, min(m.middle) AS middle,
           min(u.threshold) AS threshold, min(u.period_s) AS period_s, min(u.n_samples) AS n_samples,
           median(CASE WHEN u.then_value > m.middle THEN u.then_value - m.middle ELSE m.middle - u.then_value END) AS spread
    FROM usual AS u JOIN middles AS m ON m.rule_id = u.rule_id AND m.ind_id = u.ind_id AND m.area_id = u.area_id
                                     AND m.k = u.k AND m.occurred_at = u.occurred_at
    WHERE u.nth = 1 AND m.n >= u.n_weeks
    GROUP BY u.rule_id, u.ind_id, u.area_id, u.k, u.occurred_at
), judged AS (
    SELECT rule_id, n_samples, ind_id, area_id, occurred_at, k, period_s,
           0.45495025 * (value - middle) * (value - middle) / (spread * spread) AS value,
           0.45495025 * (value - middle) * (value - middle) >= threshold * threshold * spread * spread AS is_bad
    FROM spreads WHERE spread > 0
), beside AS (
    SELECT rule_id, n_samples, ind_id, area_id, occurred_at, k, period_s, value, is_bad,
           lag(is_bad) OVER in_time AS was_bad, lag(occurred_at) OVER in_time AS before_at
    FROM judged WINDOW in_time AS (PARTITION BY rule_id, ind_id, area_id ORDER BY k, occurred_at)
), parted AS (
    SELECT rule_id, n_samples, ind_id, area_id, occurred_at, k, value, is_bad,
           sum(CASE WHEN was_bad = is_bad AND epoch_us(occurred_at) - epoch_us(before_at) <= 3000000 * period_s THEN 0 ELSE 1 END)
               OVER (PARTITION BY rule_id, ind_id, area_id ORDER BY k, occurred_at ROWS UNBOUNDED PRECEDING) AS run,
           CASE WHEN before_at = occurred_at AND was_bad = is_bad THEN 0 ELSE 1 END AS is_more
    FROM beside
), counted AS (
    SELECT rule_id, n_samples, ind_id, area_id, occurred_at, k, value, is_bad, is_more,
           sum(is_more) OVER (PARTITION BY rule_id, ind_id, area_id, run ORDER BY k, occurred_at ROWS UNBOUNDED PRECEDING) AS nth
    FROM parted
)
SELECT rule_id, ind_id || '|' || area_id AS subject_id, epoch_us(k) AS k_us, epoch_us(occurred_at) AS o_us, is_bad, value,
       CASE WHEN area_id <> 'city' THEN area_id END AS district_id
FROM counted WHERE is_more = 1 AND ((is_bad AND nth = n_samples) OR (NOT is_bad AND nth = 1))
ORDER BY rule_id, subject_id, k_us, o_us
