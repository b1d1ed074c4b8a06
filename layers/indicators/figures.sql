-- layers/indicators/figures.sql: how many indicators the city has, how many of them are fresh, and how many are beyond their usual band.
-- An indicator is counted once, whatever number of areas it is measured in: as fresh where any of its areas has a fresh value, as
-- beyond its band where any has one.
-- uses indicator_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param indicator_periods INTEGER periods older than this many periods: no longer fresh
-- param from_snapshot BOOLEAN - both moments are the snapshot's own
-- reads indicator_latest, indicator_values, indicators
-- column figure VARCHAR - indicators_listed, indicators_fresh, indicators_beyond, indicators_silent
-- column value DOUBLE indicators null for an empty catalogue; of those beyond the band also while none is fresh
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - lower, higher or empty
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows four, in that order
WITH told AS (
    SELECT ind_id, max(CASE WHEN is_fresh THEN 1 ELSE 0 END) AS fresh, max(CASE WHEN beyond > 0 THEN 1 ELSE 0 END) AS beyond
    FROM indicator_states GROUP BY ind_id
), counted AS (
    SELECT count(indicators.ind_id) AS n, coalesce(sum(told.fresh), 0) AS fresh, coalesce(sum(told.beyond), 0) AS beyond
    FROM indicators LEFT JOIN told ON told.ind_id = indicators.ind_id
), figures AS (
    SELECT 1 AS place, 'indicators_listed' AS figure, CASE WHEN n > 0 THEN n END AS value, '' AS better FROM counted
    UNION ALL SELECT 2, 'indicators_fresh', CASE WHEN n > 0 THEN fresh END, 'higher' FROM counted
    UNION ALL SELECT 3, 'indicators_beyond', CASE WHEN fresh > 0 THEN beyond END, 'lower' FROM counted
    UNION ALL SELECT 4, 'indicators_silent', CASE WHEN n > 0 THEN n - fresh END, 'lower' FROM counted
)
SELECT figure, CAST(value AS DOUBLE) AS value, 'count' AS format, 'unit-indicators' AS unit, CAST(NULL AS DOUBLE) AS compare,
       '' AS compare_kind, better, CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low,
       CAST(NULL AS DOUBLE[]) AS usual_high
FROM figures ORDER BY place
