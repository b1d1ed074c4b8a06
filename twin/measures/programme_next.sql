-- programme_next.sql: when the next step of a programme that the log holds already comes into
-- force: one that is dated, or recorded, later than the moment.
-- param   as_of     TIMESTAMPTZ  UTC  the moment
-- reads   estates, lifts, communities
-- column  next_at   TIMESTAMPTZ  UTC  first moment after it at which there is another answer; null for none
-- rows one
WITH steps AS (
    SELECT greatest(occurred_at, recorded_at) AS counts_from FROM estates
    UNION ALL
    SELECT greatest(occurred_at, recorded_at) FROM lifts
    UNION ALL
    SELECT greatest(occurred_at, recorded_at) FROM communities
)
SELECT min(counts_from) AS next_at FROM steps WHERE counts_from > $as_of
