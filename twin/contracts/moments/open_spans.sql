-- open_spans.sql: when each event was open, of the 26 hours up to one moment, for a viewer who lives through them as far
-- behind in what is known as $known_at is behind $as_of: the same rule as events_at, for many moments at once.
-- The rows that reach into the 26 hours (the same time yesterday is so far where clocks change) are looked for in three parts, so that whole files of events closed long ago are
-- passed over by the range of their closing.
-- param   as_of            TIMESTAMPTZ  UTC   last moment looked at
-- param   known_at         TIMESTAMPTZ  UTC   what had been recorded by then is known at it
-- reads   event_facts
-- column  mode             VARCHAR      -     live or drill
-- column  district_id      VARCHAR      -     district; null where unknown
-- column  street_code      VARCHAR      -     street-level unit; null where unknown
-- column  open_from_us     BIGINT       us    first moment at which it is open, since 1970
-- column  open_to_us       BIGINT       us    first moment at which it is open no longer; far ahead while open
-- column  refused_from_us  BIGINT       us    first moment at which a closing is known to have been refused; far ahead for none
-- rows    one per span of an event that reaches into the 26 hours, in no order
WITH reaching AS (
    SELECT mode, district_id, street_code, created_at, known_from, known_to, holds_from, holds_to, closed_at, closed_known_at, closed_by_at,
           closed_by_known_at, refused_known_at
    FROM event_facts
    WHERE (closed_at IS NULL OR closed_at > $as_of - INTERVAL 26 HOUR)
      AND (closed_by_at IS NULL OR closed_by_at > $as_of - INTERVAL 26 HOUR) AND created_at <= $as_of AND known_from <= $known_at
    UNION ALL
    SELECT mode, district_id, street_code, created_at, known_from, known_to, holds_from, holds_to, closed_at, closed_known_at, closed_by_at,
           closed_by_known_at, refused_known_at
    FROM event_facts
    WHERE closed_at <= $as_of - INTERVAL 26 HOUR AND closed_known_at > $known_at - INTERVAL 26 HOUR
      AND created_at <= $as_of AND known_from <= $known_at
    UNION ALL
    SELECT mode, district_id, street_code, created_at, known_from, known_to, holds_from, holds_to, closed_at, closed_known_at, closed_by_at,
           closed_by_known_at, refused_known_at
    FROM event_facts
    WHERE closed_by_at <= $as_of - INTERVAL 26 HOUR AND closed_by_known_at > $known_at - INTERVAL 26 HOUR
      AND created_at <= $as_of AND known_from <= $known_at
), spans AS (
    SELECT mode, district_id, street_code,
           greatest(epoch_us(created_at), epoch_us(known_from) + epoch_us($as_of) - epoch_us($known_at),
                    coalesce(epoch_us(holds_from), -9000000000000000000)) AS open_from_us,
           least(coalesce(epoch_us(known_to) + epoch_us($as_of) - epoch_us($known_at), 9000000000000000000),
                 coalesce(epoch_us(holds_to), 9000000000000000000),
                 coalesce(greatest(epoch_us(closed_at), epoch_us(closed_known_at) + epoch_us($as_of) - epoch_us($known_at)),
                          9000000000000000000),
                 coalesce(greatest(epoch_us(closed_by_at),
                                   epoch_us(closed_by_known_at) + epoch_us($as_of) - epoch_us($known_at)),
                          9000000000000000000)) AS open_to_us,
           coalesce(epoch_us(refused_known_at) + epoch_us($as_of) - epoch_us($known_at), 9000000000000000000) AS refused_from_us
    FROM reaching
)
SELECT mode, district_id, street_code, open_from_us, open_to_us, refused_from_us
FROM spans
WHERE open_from_us < open_to_us AND open_to_us > epoch_us($as_of) - 93600000000
