-- alert_news.sql: how many values of indicators and verdicts of people came into force.
-- param   after      TIMESTAMPTZ  UTC      later than this
-- param   as_of      TIMESTAMPTZ  UTC      and by then
-- reads   indicator_values, detections
-- column  n_values   BIGINT       records  values of indicators
-- column  n_verdicts BIGINT       records  versions of detections with a verdict
-- rows one
SELECT (SELECT count(*) FROM indicator_values
        WHERE greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of) AS n_values,
       (SELECT count(*) FROM detections WHERE human_verdict IS NOT NULL
        AND greatest(occurred_at, recorded_at) > $after AND greatest(occurred_at, recorded_at) <= $as_of) AS n_verdicts
