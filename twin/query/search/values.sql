-- values.sql: the newest value of some indicators for the whole city, as last corrected; one last measured 70 days ago or before is
-- told no longer.
-- param   as_of        TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC  and had been recorded by then
-- param   indicators   VARCHAR[]    -    ids of the indicators
-- reads   indicator_values
-- column  id           VARCHAR      -    indicator
-- column  value        DOUBLE       see  measured; null if missing
-- column  occurred_at  TIMESTAMPTZ  UTC  when it was measured
-- rows    one per indicator that was measured, by id
WITH said AS (
    SELECT ind_id, value, occurred_at,
           row_number() OVER (PARTITION BY ind_id ORDER BY occurred_at DESC, recorded_at DESC) AS nth
    FROM indicator_values
    WHERE array_contains($indicators, ind_id) AND area_id = 'city' AND recorded_at <= $known_at
      AND occurred_at <= $as_of AND occurred_at > $as_of - INTERVAL 1680 HOUR
)
SELECT ind_id AS id, value, occurred_at FROM said WHERE nth = 1 ORDER BY ind_id
