-- alert_verdicts.sql: what people said of what models saw: each time that a verdict was given, or became another;
-- of classes of which one came of late.
-- param   after       TIMESTAMPTZ  UTC   came into force later than this
-- param   fresh       TIMESTAMPTZ  UTC   of classes of which a verdict came into force later than this
-- param   as_of       TIMESTAMPTZ  UTC   and by then
-- reads   detections
-- column  subject_id  VARCHAR      -     class that a model saw
-- column  k_us        BIGINT       us    from when it was known, since 1970
-- column  o_us        BIGINT       us    when it was said, since 1970
-- column  is_right    BOOLEAN      -     confirmed, else rejected
-- rows    one per verdict, by class, k_us, detection
WITH classes AS (
    SELECT DISTINCT "class" FROM detections
    WHERE human_verdict IS NOT NULL AND greatest(occurred_at, recorded_at) > $fresh AND greatest(occurred_at, recorded_at) <= $as_of
), versions AS (
    SELECT detection_id, "class", human_verdict, occurred_at, greatest(occurred_at, recorded_at) AS k,
           lag(human_verdict) OVER (PARTITION BY detection_id, "class" ORDER BY version) AS verdict_before
    FROM detections WHERE "class" IN (SELECT "class" FROM classes)
)
SELECT "class" AS subject_id, epoch_us(k) AS k_us, epoch_us(occurred_at) AS o_us, human_verdict = 'confirmed' AS is_right
FROM versions
WHERE human_verdict IS NOT NULL AND human_verdict IS DISTINCT FROM verdict_before AND k > $after AND k <= $as_of
ORDER BY subject_id, k_us, detection_id
