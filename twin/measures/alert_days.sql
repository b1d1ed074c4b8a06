-- alert_days.sql: days of the log of alerts that hold rows recorded later than a moment.
-- param   after  TIMESTAMPTZ  UTC  the moment
-- reads   alerts
-- column  day    TIMESTAMPTZ  UTC  start of a day, UTC
-- rows    one per day, oldest first
SELECT DISTINCT date_trunc('day', occurred_at) AS day FROM alerts WHERE recorded_at > $after ORDER BY day
