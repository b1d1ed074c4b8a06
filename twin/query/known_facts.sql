-- twin/query/known_facts.sql: whether any event of a moment or before was known by then, where its log cannot be read.
-- param as_of TIMESTAMPTZ UTC had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- reads event_facts
-- column is_known BOOLEAN - true
-- rows one if any was, else none
SELECT true AS is_known FROM event_facts WHERE known_from <= $known_at AND occurred_at <= $as_of LIMIT 1
