-- layers/detections/marks.sql: what models saw in the last hours, as marks: hollow where its class needs a person's word.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param drawn_hours INTEGER h detections of so many hours are drawn
-- param seen_hours INTEGER h verdicts on detections of so many hours say how far a class can be trusted
-- param least_verdicts INTEGER verdicts fewer of them say nothing
-- param least_precision DOUBLE share confirmed in fewer: needs confirmation
-- param most INTEGER rows how many at most
-- uses detections_at
-- uses class_trust
-- reads detections
-- column detection_id VARCHAR - detection
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column state VARCHAR - trusted, or unsure where its class needs confirmation; sent as `fill_color`
-- column mark VARCHAR - name of its mark
-- column class VARCHAR - what the model says it saw
-- column score_pct DOUBLE % its confidence
-- column maker VARCHAR - model and release
-- column device VARCHAR - camera or drone
-- column device_id VARCHAR - which
-- column verdict VARCHAR - confirmed, rejected, or none while nobody has judged
-- column evidence_uri VARCHAR - where the picture lies; null if not kept
-- column since_s BIGINT s how long ago it was taken
-- rows one per mark, oldest first, so that the newest is drawn on top; of too many the newest
WITH newest AS (
    SELECT detection_id, occurred_at, lon_ud, lat_ud, class, score, model, model_version, device, device_id, human_verdict, evidence_uri
    FROM detections_at WHERE occurred_at > $as_of - INTERVAL 1 HOUR * $drawn_hours
    ORDER BY occurred_at DESC, detection_id LIMIT $most
)
SELECT newest.detection_id, newest.lon_ud / 1e6 AS lon, newest.lat_ud / 1e6 AS lat,
       CASE WHEN class_trust.state = 'unsure' THEN 'unsure' ELSE 'trusted' END AS state,
       CASE WHEN class_trust.state = 'unsure' THEN 'detection_unsure' ELSE 'detection' END AS mark, newest.class,
       100 * CAST(newest.score AS DOUBLE) AS score_pct, newest.model || ' ' || newest.model_version AS maker, newest.device,
       newest.device_id, coalesce(newest.human_verdict, 'none') AS verdict, newest.evidence_uri,
       (epoch_us($as_of) - epoch_us(newest.occurred_at)) // 1000000 AS since_s
FROM newest LEFT JOIN class_trust ON class_trust.class = newest.class
ORDER BY newest.occurred_at, newest.detection_id
