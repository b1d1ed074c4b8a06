-- class_trust.sql: how far what models say they saw can be trusted, class by class: of the detections of the hours before a
-- moment that a person has judged, how many were confirmed. A class needs a person's word for each of its detections once
-- fewer than a given share were confirmed, of enough verdicts.
-- uses detections_at
-- param   as_of              TIMESTAMPTZ  UTC       what had happened by then
-- param   known_at           TIMESTAMPTZ  UTC       and had been recorded by then
-- param   seen_hours         INTEGER      h         detections of so many hours count
-- param   least_verdicts     INTEGER      verdicts  fewer of them say nothing
-- param   least_precision    DOUBLE       share     confirmed in fewer: needs confirmation
-- reads   detections
-- column  class              VARCHAR      -         class
-- column  n_judged           BIGINT       verdicts  detections that a person has judged
-- column  n_confirmed        BIGINT       verdicts  those that were confirmed
-- column  state              VARCHAR      -         unsure (needs confirmation), too_few (verdicts), fine
-- rows    one per class that was seen, in no order
SELECT class, count(human_verdict) AS n_judged, count(CASE WHEN human_verdict = 'confirmed' THEN 1 END) AS n_confirmed,
       CASE WHEN count(human_verdict) < $least_verdicts THEN 'too_few'
            WHEN count(CASE WHEN human_verdict = 'confirmed' THEN 1 END) < $least_precision * count(human_verdict) THEN 'unsure'
            ELSE 'fine' END AS state
FROM detections_at GROUP BY class
