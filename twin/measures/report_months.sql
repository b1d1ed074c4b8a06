-- report_months.sql: months in which reports were opened.
-- reads   events
-- column  month  TIMESTAMPTZ  UTC  start of a month, UTC
-- rows    one per month, oldest first
SELECT DISTINCT date_trunc('month', created_at) AS month FROM events ORDER BY month
