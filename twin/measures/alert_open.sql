-- alert_open.sql: alerts that were open at a moment, by what had been recorded by then; those on events are left out, since
-- they follow from the events themselves.
-- param   after        TIMESTAMPTZ  UTC   the moment
-- reads   alerts
-- column  rule_id      VARCHAR      -     rule
-- column  subject_id   VARCHAR      -     what it is about
-- column  raised_us    BIGINT       us    when it was raised, since 1970
-- column  raised_o_us  BIGINT       us    the same in the world
-- column  is_worse     BOOLEAN      -     it was escalated
-- column  value        DOUBLE       see   value as it was raised; null where there was none
-- column  threshold    DOUBLE       see   what it was held against; null where there was none
-- column  district_id  VARCHAR      -     district; null where unknown
-- column  lon_ud       INTEGER      1e-6deg  longitude; null where unknown
-- column  lat_ud       INTEGER      1e-6deg  latitude; null where unknown
-- rows    one per alert, by rule and subject
SELECT rule_id, subject_id, epoch_us(raised_at) AS raised_us,
       epoch_us(min(CASE WHEN what = 'raised' THEN occurred_at END)) AS raised_o_us,
       count(CASE WHEN what = 'escalated' THEN 1 END) > 0 AS is_worse,
       min(CASE WHEN what = 'raised' THEN value END) AS value, min(CASE WHEN what = 'raised' THEN threshold END) AS threshold,
       min(district_id) AS district_id, min(lon_ud) AS lon_ud, min(lat_ud) AS lat_ud
FROM alerts
WHERE subject_kind <> 'event' AND recorded_at <= $after
GROUP BY rule_id, subject_id, raised_at
HAVING count(CASE WHEN what = 'cleared' THEN 1 END) = 0
ORDER BY rule_id, subject_id, raised_at
