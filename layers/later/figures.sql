-- layers/later/figures.sql: how much is known now of a moment and was not known then.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC what was recorded after that is told
-- param mode VARCHAR - live or drill; the other never counts
-- uses learned_later
-- reads events, feedbacks
-- column figure VARCHAR - learned_late, learned_corrected, learned_answered
-- column value DOUBLE events how many
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - empty
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows three, in that order
WITH counted AS (
    SELECT count(CASE WHEN kind = 'late' THEN 1 END) AS late, count(CASE WHEN kind = 'corrected' THEN 1 END) AS corrected,
           count(CASE WHEN kind = 'answered' THEN 1 END) AS answered
    FROM learned_later WHERE mode = $mode
), figures AS (
    SELECT 1 AS place, 'learned_late' AS figure, late AS value FROM counted
    UNION ALL SELECT 2, 'learned_corrected', corrected FROM counted
    UNION ALL SELECT 3, 'learned_answered', answered FROM counted
)
SELECT figure, CAST(value AS DOUBLE) AS value, 'count' AS format, 'unit-events' AS unit, CAST(NULL AS DOUBLE) AS compare,
       '' AS compare_kind, '' AS better, CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low,
       CAST(NULL AS DOUBLE[]) AS usual_high
FROM figures ORDER BY place
