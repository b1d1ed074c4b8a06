-- layers/system/figures.sql: how many rows were refused, today and in all.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- reads quarantine
-- column figure VARCHAR - refused_today, refused_all
-- column value DOUBLE rows how many
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - lower
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows two, in that order
WITH counted AS (
    SELECT count(CASE WHEN recorded_at >= $day_from THEN 1 END) AS today, count(*) AS n
    FROM quarantine WHERE recorded_at <= $known_at AND recorded_at <= $as_of
), figures AS (
    SELECT 1 AS place, 'refused_today' AS figure, today AS value FROM counted
    UNION ALL SELECT 2, 'refused_all', n FROM counted
)
SELECT figure, CAST(value AS DOUBLE) AS value, 'count' AS format, 'unit-rows' AS unit, CAST(NULL AS DOUBLE) AS compare,
       '' AS compare_kind, 'lower' AS better, CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low,
       CAST(NULL AS DOUBLE[]) AS usual_high
FROM figures ORDER BY place
