-- indicator_latest.sql: the newest value of every indicator and area at the snapshot's moment, and
-- the one 24 h before it.
-- uses indicators_at
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
-- rows    one per indicator and area that has a value, in that order
SELECT ind_id, area_id, occurred_at, value, quality, day_before, is_fresh
FROM indicators_at ORDER BY ind_id, area_id
