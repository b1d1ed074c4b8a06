-- detections_at.sql: what models saw in the hours before one moment, as it was known at another; each by its newest version
-- then. A person's verdict is a version of its own, recorded later: before that it was not known. A version that moves a
-- detection by more than two days is not looked for.
-- param   as_of          TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at       TIMESTAMPTZ  UTC      and had been recorded by then
-- param   seen_hours     INTEGER      h        how far back
-- reads   detections
-- column  detection_id   VARCHAR      -        detection
-- column  occurred_at    TIMESTAMPTZ  UTC      when the picture was taken
-- column  device         VARCHAR      -        camera or drone
-- column  device_id      VARCHAR      -        which
-- column  model          VARCHAR      -        model that looked
-- column  model_version  VARCHAR      -        its release
-- column  class          VARCHAR      -        what it says it saw
-- column  score          REAL         share    its confidence
-- column  event_id       VARCHAR      -        event opened from it; null for none
-- column  evidence_uri   VARCHAR      -        where the picture lies; null if not kept
-- column  human_verdict  VARCHAR      -        confirmed or rejected; null while nobody has judged
-- column  lon_ud         INTEGER      1e-6deg  longitude
-- column  lat_ud         INTEGER      1e-6deg  latitude
-- rows    one per detection, in no order
SELECT detection_id, occurred_at, device, device_id, model, model_version, class, score, event_id, evidence_uri, human_verdict, lon_ud, lat_ud
FROM (
    SELECT detection_id, occurred_at, device, device_id, model, model_version, class, score, event_id, evidence_uri, human_verdict,
           lon_ud, lat_ud, row_number() OVER (PARTITION BY detection_id ORDER BY version DESC) AS nth
    FROM detections
    WHERE recorded_at <= $known_at AND occurred_at > $as_of - INTERVAL 1 HOUR * ($seen_hours + 48) AND occurred_at <= $as_of + INTERVAL 48 HOUR
) AS known
WHERE nth = 1 AND occurred_at <= $as_of AND occurred_at > $as_of - INTERVAL 1 HOUR * $seen_hours
