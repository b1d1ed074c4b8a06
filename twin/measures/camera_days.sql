-- camera_days.sql: days in which cameras looked at the ground.
-- reads drone_states
-- column day TIMESTAMPTZ UTC start of a day, UTC
-- rows one per day, oldest first
SELECT DISTINCT date_trunc('day', occurred_at) AS day
FROM drone_states WHERE pitch_deg IS NOT NULL ORDER BY day
