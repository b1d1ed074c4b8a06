-- indicators_at.sql: the newest value of every indicator and area at one moment, and the one 24 h
-- before it; both as last corrected by what was known at another.
-- uses newest_values_at
-- param   as_of              TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at           TIMESTAMPTZ  UTC      and had been recorded by then
-- param   indicator_periods  INTEGER      periods  older than this many periods: no longer fresh
-- reads   indicator_values, indicators
-- column  ind_id             VARCHAR      -        indicator
-- column  area_id            VARCHAR      -        a district, or 'city'
-- column  occurred_at        TIMESTAMPTZ  UTC      when it was measured
-- column  value              DOUBLE       see      measured; null if missing
-- column  quality            VARCHAR      -        good, late, suspect or missing
-- column  day_before         DOUBLE       see      value 24 h before; null where there is none
-- column  is_fresh           BOOLEAN      -        no older than the given number of periods
-- rows    one per indicator and area with a value in 70 days, in no order
WITH said AS (
    SELECT newest.ind_id, newest.area_id, newest.occurred_at, newest.fresh_to, known.value,
           known.quality,
           row_number() OVER (PARTITION BY known.ind_id, known.area_id, known.occurred_at
                              ORDER BY known.recorded_at DESC) AS nth,
           known.occurred_at = newest.occurred_at AS is_newest
    FROM newest_values_at AS newest
    JOIN indicator_values AS known
      ON known.ind_id = newest.ind_id AND known.area_id = newest.area_id
     AND (known.occurred_at = newest.occurred_at
         OR known.occurred_at = newest.occurred_at - INTERVAL 24 HOUR)
    WHERE known.recorded_at <= $known_at AND known.occurred_at <= $as_of
      AND known.occurred_at > $as_of - INTERVAL 1704 HOUR
), yesterday AS (
    SELECT ind_id, area_id, value FROM said WHERE NOT is_newest AND nth = 1
)
SELECT said.ind_id, said.area_id, said.occurred_at, said.value, said.quality,
       yesterday.value AS day_before, coalesce(said.fresh_to >= $as_of, FALSE) AS is_fresh
FROM said LEFT JOIN yesterday ON yesterday.ind_id = said.ind_id AND yesterday.area_id = said.area_id
WHERE said.is_newest AND said.nth = 1
