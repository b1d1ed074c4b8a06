-- quarantine_list.sql: refused rows with their reasons, to be put together by kind.
-- param   origin       VARCHAR      -        file, topic or address, whole or its last part; null for all
-- param   table_name   VARCHAR      -        table that the rows were meant for; null for all
-- param   since        TIMESTAMPTZ  UTC      refused then or later; null for all
-- reads   quarantine
-- column  quarantine_id  VARCHAR    -        id
-- column  table_name   VARCHAR      -        table that it was meant for
-- column  feed         VARCHAR      -        feed that gave it
-- column  origin       VARCHAR      -        file, topic or address
-- column  row_n        BIGINT       ordinal  its number there; null where there are none
-- column  reason       VARCHAR      -        a sentence
-- column  recorded_at  TIMESTAMPTZ  UTC      when it was refused
-- rows    one per refused row, newest first, then in the order of the origin
SELECT quarantine_id, table_name, feed, origin, row_n, reason, recorded_at
FROM quarantine
WHERE ($origin IS NULL OR origin = $origin OR ends_with(origin, '/' || $origin))
  AND ($table_name IS NULL OR table_name = $table_name) AND ($since IS NULL OR recorded_at >= $since)
ORDER BY recorded_at DESC, origin, row_n NULLS LAST, quarantine_id
