-- bikes_seen.sql: every version of bikes that some cameras saw in a span of time.
-- param   devices       VARCHAR[]    -        cameras
-- param   first_at      TIMESTAMPTZ  UTC      start of the span
-- param   last_at       TIMESTAMPTZ  UTC      end of the span, which is part of it
-- param   bicycle       VARCHAR      -        what a model calls one bike
-- reads   detections
-- column  detection_id  VARCHAR      -        bike in a picture
-- column  version       SMALLINT     count    version
-- column  occurred_at   TIMESTAMPTZ  UTC      when the picture was taken
-- column  recorded_at   TIMESTAMPTZ  UTC      when it was known
-- column  device_id     VARCHAR      -        camera
-- column  is_bike       BOOLEAN      -        a camera saw a bike, and nobody said that it is none
-- column  event_id      VARCHAR      -        event that was opened from it; null for none
-- column  lon_ud        INTEGER      1e-6deg  longitude
-- column  lat_ud        INTEGER      1e-6deg  latitude
-- column  operator      VARCHAR      -        whose bike it is; null where that cannot be told
-- column  blocks        VARCHAR      -        what it stands on that must stay free; null for nothing
-- rows    one per version, by moment of knowing, detection and version
WITH near AS ( -- also versions that say otherwise of the same bikes
    SELECT DISTINCT detection_id FROM detections
    WHERE class = $bicycle AND array_contains($devices, device_id)
      AND occurred_at >= $first_at AND occurred_at <= $last_at
)
SELECT detections.detection_id, version, occurred_at, recorded_at, device_id,
       class = $bicycle AND device = 'camera' AND (human_verdict IS NULL OR human_verdict <> 'rejected') AS is_bike,
       event_id, lon_ud, lat_ud, operator, blocks
FROM detections JOIN near ON near.detection_id = detections.detection_id
ORDER BY recorded_at, detections.detection_id, version
