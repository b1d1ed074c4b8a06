-- alerts_at.sql: alerts that had been raised by one moment, as they were known at another.
-- param   as_of         TIMESTAMPTZ  UTC   what had happened by then
-- param   known_at      TIMESTAMPTZ  UTC   and had been recorded by then
-- reads   alerts
-- column  alert_id      VARCHAR      -     alert
-- column  rule_id       VARCHAR      -     rule that it breaks
-- column  subject_kind  VARCHAR      -     what kind of thing it is about
-- column  subject_id    VARCHAR      -     what it is about
-- column  mode          VARCHAR      -     live or drill
-- column  level         TINYINT      level the worst that it had by then
-- column  raised_at     TIMESTAMPTZ  UTC   when its rule was broken for long enough
-- column  is_open       BOOLEAN      -     not cleared
-- column  is_acked      BOOLEAN      -     acknowledged; never of what nobody acknowledges
-- column  value         DOUBLE       see   value as it was raised; null where there was none
-- column  threshold     DOUBLE       see   what it was held against; null where there was none
-- column  district_id   VARCHAR      -     district; null where unknown
-- column  street_code   VARCHAR      -     street-level unit; null where unknown
-- rows    one per alert, in no order
SELECT alert_id, min(rule_id) AS rule_id, min(subject_kind) AS subject_kind, min(subject_id) AS subject_id, min(mode) AS mode,
       min(level) AS level, min(CASE WHEN what = 'raised' THEN occurred_at END) AS raised_at,
       count(CASE WHEN what = 'cleared' THEN 1 END) = 0 AS is_open,
       count(CASE WHEN what = 'acknowledged' THEN 1 END) > 0 AS is_acked,
       min(CASE WHEN what = 'raised' THEN value END) AS value, min(CASE WHEN what = 'raised' THEN threshold END) AS threshold,
       min(district_id) AS district_id, min(street_code) AS street_code
FROM alerts
WHERE occurred_at <= $as_of AND recorded_at <= $known_at
GROUP BY alert_id
HAVING count(CASE WHEN what = 'raised' THEN 1 END) > 0
