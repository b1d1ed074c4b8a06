-- layers/indicators/beyond.sql: values beyond their usual band, furthest first, in widths of the band.
-- uses indicator_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param indicator_periods INTEGER periods older than this many periods: no longer fresh
-- param from_snapshot BOOLEAN - both moments are the snapshot's own
-- param district VARCHAR - whose values; empty for every area
-- param most INTEGER rows how many at most
-- reads indicator_latest, indicator_values, indicators, districts
-- column ind_id VARCHAR - indicator
-- column kind VARCHAR - district; 'total' for the whole city
-- column name VARCHAR - name as the city calls the indicator
-- column name_en VARCHAR - in English
-- column area VARCHAR - district; null for the whole city
-- column area_en VARCHAR - in English
-- column value DOUBLE see-unit measured
-- column unit VARCHAR - unit of the value
-- column told VARCHAR - the value to two digits after the point, and its unit
-- column band VARCHAR - lower and upper edge of the usual band
-- column day_before DOUBLE see-unit value 24 h before; null where there is none
-- column beyond_pct DOUBLE % how far beyond the edge, of the width of the band
-- column age_s BIGINT s since it was measured
-- column n_beyond BIGINT values values beyond their band in all, of which these are the first
-- rows one per indicator and area beyond its band, furthest first, then by id
WITH off AS (
    SELECT ind_id, area_id, occurred_at, value, day_before, beyond, count(*) OVER () AS n_beyond
    FROM indicator_states WHERE beyond > 0 AND ($district = '' OR area_id = $district)
)
SELECT off.ind_id, CASE WHEN off.area_id = 'city' THEN 'total' ELSE 'district' END AS kind, indicators.name, indicators.name_en,
       districts.name AS area, districts.name_en AS area_en, off.value, indicators.unit,
       CAST(round(off.value, 2) AS VARCHAR) || ' ' || indicators.unit AS told,
       CASE WHEN indicators.low = round(indicators.low) THEN CAST(CAST(round(indicators.low) AS BIGINT) AS VARCHAR)
            ELSE CAST(round(indicators.low, 2) AS VARCHAR) END || '–'
         || CASE WHEN indicators.high = round(indicators.high) THEN CAST(CAST(round(indicators.high) AS BIGINT) AS VARCHAR)
                 ELSE CAST(round(indicators.high, 2) AS VARCHAR) END AS band, off.day_before,
       100.0 * off.beyond AS beyond_pct, (epoch_us($as_of) - epoch_us(off.occurred_at)) // 1000000 AS age_s, off.n_beyond
FROM off JOIN indicators ON indicators.ind_id = off.ind_id LEFT JOIN districts ON districts.district_id = off.area_id
ORDER BY off.beyond DESC, off.ind_id, off.area_id LIMIT $most
