-- layers/specimen/count.sql: how many open events no unit has acknowledged.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- uses events_at
-- reads event_facts
-- column figure VARCHAR - specimen_count
-- column value DOUBLE events null if no event is known
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE - null: it is held against nothing yet
-- column compare_kind VARCHAR - empty
-- column better VARCHAR - lower
-- column trace DOUBLE[] - null
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- rows exactly one
SELECT 'specimen_count' AS figure,
       CASE WHEN count(*) > 0 THEN CAST(count(CASE WHEN is_open AND NOT is_acked THEN 1 END) AS DOUBLE) END AS value,
       'count' AS format, 'unit-events' AS unit, CAST(NULL AS DOUBLE) AS compare, '' AS compare_kind, 'lower' AS better,
       CAST(NULL AS DOUBLE[]) AS trace, CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high
FROM events_at WHERE mode = $mode
