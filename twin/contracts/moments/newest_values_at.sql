-- newest_values_at.sql: when each indicator of each area was last measured by one moment, as known
-- at another, and until when that is fresh. What was last measured 70 days ago or before is told no
-- longer.
-- param   as_of              TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at           TIMESTAMPTZ  UTC      and had been recorded by then
-- param   indicator_periods  INTEGER      periods  older than this many periods: no longer fresh
-- reads   indicator_values, indicators
-- column  ind_id             VARCHAR      -        indicator
-- column  area_id            VARCHAR      -        a district, or 'city'
-- column  occurred_at        TIMESTAMPTZ  UTC      when it was measured
-- column  fresh_to           TIMESTAMPTZ  UTC      last moment at which it is fresh; null if it is not in the catalogue
-- rows    one per indicator and area, in no order
SELECT newest.ind_id, newest.area_id, newest.occurred_at,
       CASE indicators.period
           WHEN 'hour' THEN newest.occurred_at + INTERVAL 1 HOUR * $indicator_periods
           WHEN 'day' THEN newest.occurred_at + INTERVAL 24 HOUR * $indicator_periods
           WHEN 'month' THEN newest.occurred_at + INTERVAL 744 HOUR * $indicator_periods END
               AS fresh_to
FROM (
    SELECT ind_id, area_id, max(occurred_at) AS occurred_at
    FROM indicator_values
    WHERE occurred_at <= $as_of AND recorded_at <= $known_at
      AND occurred_at > $as_of - INTERVAL 1680 HOUR
    GROUP BY ind_id, area_id
) AS newest
LEFT JOIN indicators ON indicators.ind_id = newest.ind_id
