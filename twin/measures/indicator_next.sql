-- indicator_next.sql: when the clock alone next changes what is said of indicators: a value is
-- fresh no longer, leaves the 70 days, or is dated, or recorded, later than the moment and now
-- comes into force.
-- uses newest_values_at
-- param   as_of              TIMESTAMPTZ  UTC      the moment
-- param   known_at           TIMESTAMPTZ  UTC      the same
-- param   indicator_periods  INTEGER      periods  older than this many periods: no longer fresh
-- reads   indicator_values, indicators
-- column  next_at            TIMESTAMPTZ  UTC      first moment after it at which there is another answer; null for none
-- rows one
WITH edges AS (
    SELECT fresh_to + INTERVAL 1 MICROSECOND AS edge_at FROM newest_values_at
    UNION ALL
    SELECT occurred_at + INTERVAL 1680 HOUR FROM newest_values_at
    UNION ALL
    SELECT greatest(occurred_at, recorded_at) FROM indicator_values WHERE occurred_at > $as_of
    UNION ALL
    SELECT recorded_at FROM indicator_values WHERE occurred_at <= $as_of AND recorded_at > $as_of
)
SELECT min(edge_at) AS next_at FROM edges WHERE edge_at > $as_of
