-- indicator_latest.sql: the newest value of every indicator and area, and the one at the same time the day before; both as
-- last corrected. Values older than 70 days are not looked at.
-- param   as_of        TIMESTAMPTZ  UTC  the moment
-- param   periods      INTEGER      periods  older than this many periods: no longer fresh
-- reads   indicator_values, indicators
-- column  ind_id       VARCHAR      -    indicator
-- column  area_id      VARCHAR      -    a district, or 'city'
-- column  occurred_at  TIMESTAMPTZ  UTC  when it was measured
-- column  value        DOUBLE       see  measured; null if missing
-- column  quality      VARCHAR      -    good, late, suspect or missing
-- column  day_before   DOUBLE       see  value at the same time yesterday; null where there is none
-- column  is_fresh     BOOLEAN      -    no older than the given number of periods
-- rows    one per indicator and area that has a value, in that order
WITH recent AS (
    SELECT ind_id, area_id, occurred_at, recorded_at, value, quality
    FROM indicator_values
    WHERE occurred_at <= $as_of AND recorded_at <= $as_of AND occurred_at > $as_of - INTERVAL 70 DAY
), newest AS (
    SELECT ind_id, area_id, max(occurred_at) AS occurred_at FROM recent GROUP BY ind_id, area_id
), said AS (
    SELECT recent.ind_id, recent.area_id, recent.occurred_at, recent.value, recent.quality,
           row_number() OVER (PARTITION BY recent.ind_id, recent.area_id, recent.occurred_at ORDER BY recent.recorded_at DESC) AS nth,
           recent.occurred_at = newest.occurred_at AS is_newest
    FROM recent
    JOIN newest ON newest.ind_id = recent.ind_id AND newest.area_id = recent.area_id
               AND (newest.occurred_at = recent.occurred_at OR newest.occurred_at - INTERVAL 1 DAY = recent.occurred_at)
), kept AS (
    SELECT ind_id, area_id, occurred_at, value, quality FROM said WHERE is_newest AND nth = 1
), yesterday AS (
    SELECT ind_id, area_id, value FROM said WHERE NOT is_newest AND nth = 1
)
SELECT kept.ind_id, kept.area_id, kept.occurred_at, kept.value, kept.quality, yesterday.value AS day_before,
       coalesce(date_diff('second', kept.occurred_at, $as_of)
           <= $periods * CASE indicators.period WHEN 'hour' THEN 3600 WHEN 'day' THEN 86400 ELSE 2678400 END, false) AS is_fresh
FROM kept
LEFT JOIN yesterday ON yesterday.ind_id = kept.ind_id AND yesterday.area_id = kept.area_id
LEFT JOIN indicators ON indicators.ind_id = kept.ind_id
ORDER BY kept.ind_id, kept.area_id
