-- layers/system/refused.sql: rows that were refused, by the log that they were meant for and the feed that gave them.
-- param as_of TIMESTAMPTZ UTC from then on back
-- param known_at TIMESTAMPTZ UTC what had been refused by then
-- reads quarantine
-- column log VARCHAR - log that they were meant for
-- column feed VARCHAR - feed that gave them
-- column n_day BIGINT rows refused in the 24 hours before
-- column n BIGINT rows refused in all
-- column last_s BIGINT s since the newest was refused
-- rows one per log and feed, most of the last day first, then most in all, then by name
SELECT table_name AS log, feed, count(CASE WHEN recorded_at > $as_of - INTERVAL 24 HOUR THEN 1 END) AS n_day, count(*) AS n,
       (epoch_us($as_of) - epoch_us(max(recorded_at))) // 1000000 AS last_s
FROM quarantine WHERE recorded_at <= $known_at
GROUP BY table_name, feed ORDER BY n_day DESC, n DESC, table_name, feed
