-- indicator_states.sql: the newest value of every indicator and area, and how it stands to its usual band. As it was worked out when
-- the snapshot was published, where the picture is of that very moment (quick), else from the log. Both give the same rows.
-- Only a fresh value of good quality is held against the band: what is late, suspect or missing says nothing.
-- uses indicators_at
-- param   as_of              TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at           TIMESTAMPTZ  UTC      and had been recorded by then
-- param   indicator_periods  INTEGER      periods  older than this many periods: no longer fresh
-- param   from_snapshot      BOOLEAN      -        both moments are the snapshot's own
-- reads   indicator_latest, indicator_values, indicators
-- column  ind_id       VARCHAR      -    indicator
-- column  area_id      VARCHAR      -    a district, or 'city'
-- column  occurred_at  TIMESTAMPTZ  UTC  when it was measured
-- column  value        DOUBLE       see  measured; null if missing
-- column  day_before   DOUBLE       see  value 24 h before; null where there is none
-- column  is_fresh     BOOLEAN      -    no older than the given number of periods, and of good quality
-- column  beyond       DOUBLE       x    how far it lies beyond the edge of its band on the side that is worse, in widths of the band; 0 within it; null where it is not held against one
-- rows    one per indicator of the catalogue and area with a value in 70 days, in no order
WITH newest AS (
    SELECT ind_id, area_id, occurred_at, value, quality, day_before, is_fresh FROM indicator_latest WHERE $from_snapshot
    UNION ALL
    SELECT ind_id, area_id, occurred_at, value, quality, day_before, is_fresh FROM indicators_at WHERE NOT $from_snapshot
)
SELECT newest.ind_id, newest.area_id, newest.occurred_at, newest.value, newest.day_before,
       newest.is_fresh AND newest.quality = 'good' AND newest.value IS NOT NULL AS is_fresh,
       CASE WHEN NOT newest.is_fresh OR newest.quality <> 'good' OR newest.value IS NULL OR indicators.high <= indicators.low THEN NULL
            WHEN indicators.direction <> 'up' AND newest.value > indicators.high
            THEN (newest.value - indicators.high) / (indicators.high - indicators.low)
            WHEN indicators.direction <> 'down' AND newest.value < indicators.low
            THEN (indicators.low - newest.value) / (indicators.high - indicators.low)
            WHEN indicators.low IS NOT NULL AND indicators.high IS NOT NULL THEN 0 END AS beyond
FROM newest JOIN indicators ON indicators.ind_id = newest.ind_id
