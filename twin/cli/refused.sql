-- refused.sql: the newest refused rows, to be told after an ingest.
-- param   n       INTEGER  rows  how many
-- reads   quarantine
-- column  origin  VARCHAR  -        file, topic or address the row came from
-- column  row_n   BIGINT   ordinal  its number there; null where there are none
-- column  reason  VARCHAR  -        a sentence
-- rows    one per refused row, newest first, then in the order of the origin
SELECT origin, row_n, reason
FROM quarantine
ORDER BY recorded_at DESC, origin, row_n, quarantine_id
LIMIT $n
