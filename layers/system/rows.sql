-- layers/system/rows.sql: the rows that were refused last, each with the reason; words that the city wants masked are masked.
-- param known_at TIMESTAMPTZ UTC what had been refused by then
-- param most INTEGER rows how many at most
-- reads quarantine
-- column quarantine_id VARCHAR - by this `twin quarantine show` has the whole row
-- column log VARCHAR - log that it was meant for
-- column row_n BIGINT ordinal its number in what the feed read, from 1; null where there are none
-- column reason VARCHAR - why, in a sentence
-- column refused_at TIMESTAMPTZ UTC when
-- rows one per refused row, newest first, then by id
SELECT quarantine_id, table_name AS log, row_n, reason, recorded_at AS refused_at
FROM quarantine WHERE recorded_at <= $known_at
ORDER BY recorded_at DESC, quarantine_id LIMIT $most
