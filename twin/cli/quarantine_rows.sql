-- quarantine_rows.sql: refused rows, whole: one of them, those of one row of an origin, or all.
-- param   id             VARCHAR      -        id of one refused row; null for all
-- param   row_n          BIGINT       ordinal  number in the origin; null for all
-- param   origin         VARCHAR      -        file, topic or address, whole or its last part; null for all
-- param   table_name     VARCHAR      -        table that the rows were meant for; null for all
-- param   since          TIMESTAMPTZ  UTC      refused then or later; null for all
-- reads   quarantine
-- column  quarantine_id  VARCHAR      -        id
-- column  table_name     VARCHAR      -        table that it was meant for
-- column  feed           VARCHAR      -        feed that gave it
-- column  origin         VARCHAR      -        file, topic or address
-- column  row_n          BIGINT       ordinal  its number there; null where there are none
-- column  reason         VARCHAR      -        a sentence
-- column  raw            VARCHAR      -        the row as given, JSON
-- column  recorded_at    TIMESTAMPTZ  UTC      when it was refused
-- rows    one per refused row, in the order of the origin, then of refusal
SELECT quarantine_id, table_name, feed, origin, row_n, reason, raw, recorded_at
FROM quarantine
WHERE ($id IS NULL OR quarantine_id = $id) AND ($row_n IS NULL OR row_n = $row_n)
  AND ($origin IS NULL OR origin = $origin OR ends_with(origin, '/' || $origin))
  AND ($table_name IS NULL OR table_name = $table_name) AND ($since IS NULL OR recorded_at >= $since)
ORDER BY origin, row_n NULLS LAST, recorded_at, quarantine_id
