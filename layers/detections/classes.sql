-- layers/detections/classes.sql: what each model saw of each class, and how much of it people confirmed, with the 95 %
-- interval of Wilson. Today is the city's day so far; verdicts are those on detections of the last hours named, known so far.
-- Whether a class needs confirmation is told of the class, over all its models: then each of its detections does.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param seen_hours INTEGER h detections of so many hours count
-- param least_verdicts INTEGER verdicts fewer of them say nothing
-- param least_precision DOUBLE share confirmed in fewer: needs confirmation
-- uses detections_at
-- uses class_trust
-- reads detections
-- column class VARCHAR - what the model says it saw; a message key where there is one
-- column model VARCHAR - model
-- column model_version VARCHAR - its release
-- column maker VARCHAR - both in one
-- column n_today BIGINT detections today so far
-- column score_pct DOUBLE % mean confidence of them; null without any
-- column n_confirmed BIGINT verdicts confirmed
-- column n_rejected BIGINT verdicts rejected
-- column n_judged BIGINT verdicts both
-- column precision_pct DOUBLE % confirmed, of those judged; null without any
-- column low_pct DOUBLE % least that it is with 95 % confidence; null without any
-- column high_pct DOUBLE % most that it is; null without any
-- column override_pct DOUBLE % rejected, of those judged: how often a person overrode the model; null without any
-- column limit_pct DOUBLE % below it a class needs confirmation
-- column state VARCHAR - of the class: unsure, too_few or fine
-- column named VARCHAR - message key of the state
-- rows one per class, model and release; classes that need confirmation first, then most of today, then by name
WITH lately AS (
    SELECT class, model, model_version, occurred_at, score, human_verdict FROM detections_at
), counted AS (
    SELECT class, model, model_version, count(CASE WHEN occurred_at >= $day_from THEN 1 END) AS n_today,
           avg(CASE WHEN occurred_at >= $day_from THEN CAST(score AS DOUBLE) END) AS score,
           count(CASE WHEN human_verdict = 'confirmed' THEN 1 END) AS n_confirmed,
           count(CASE WHEN human_verdict = 'rejected' THEN 1 END) AS n_rejected
    FROM lately GROUP BY class, model, model_version
), shares AS (
    SELECT class, model, model_version, n_today, score, n_confirmed, n_rejected, n_confirmed + n_rejected AS n_judged,
           CASE WHEN n_confirmed + n_rejected > 0 THEN n_confirmed / CAST(n_confirmed + n_rejected AS DOUBLE) END AS p,
           1.959963984540054 * 1.959963984540054 AS zz, CAST(n_confirmed + n_rejected AS DOUBLE) AS n
    FROM counted
), wilson AS (
    SELECT class, model, model_version, n_today, score, n_confirmed, n_rejected, n_judged, p,
           (p + zz / (2 * n)) / (1 + zz / n) AS middle, sqrt(zz) * sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n) AS half
    FROM shares
)
SELECT wilson.class, wilson.model, wilson.model_version, wilson.model || ' ' || wilson.model_version AS maker, wilson.n_today,
       100 * wilson.score AS score_pct, wilson.n_confirmed, wilson.n_rejected, wilson.n_judged, 100 * wilson.p AS precision_pct,
       CASE WHEN wilson.n_judged > 0 THEN 100 * greatest(wilson.middle - wilson.half, 0) END AS low_pct,
       CASE WHEN wilson.n_judged > 0 THEN 100 * least(wilson.middle + wilson.half, 1) END AS high_pct,
       100 * (1 - wilson.p) AS override_pct, 100 * $least_precision AS limit_pct, class_trust.state,
       'detections-' || CASE class_trust.state WHEN 'too_few' THEN 'too-few' ELSE class_trust.state END AS named
FROM wilson JOIN class_trust ON class_trust.class = wilson.class
ORDER BY CASE WHEN class_trust.state = 'unsure' THEN 0 ELSE 1 END, wilson.n_today DESC, wilson.class, wilson.model, wilson.model_version
