-- twin/query/first_event.sql: when the first record of any event was written: before that, nothing was known of events.
-- reads events
-- column first_at TIMESTAMPTZ UTC null if no event was ever recorded
-- rows one
SELECT min(recorded_at) AS first_at FROM events
