-- layers/event/changes.sql: what of one event was corrected after it was first recorded, field by field: what stood there and what
-- stands there now.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param event VARCHAR - the event
-- reads events
-- column field VARCHAR - change-priority, change-title and so on: message keys
-- column was VARCHAR - what was recorded before; null where nothing
-- column is_now VARCHAR - what was recorded instead; null where nothing
-- column recorded_at TIMESTAMPTZ UTC when the correction was recorded
-- column late_s BIGINT s since the first record
-- rows one per field and correction, earliest first
WITH versions AS (
    SELECT version, recorded_at, CAST(priority AS VARCHAR) AS priority, title, category, level, address, street_code, district_id,
           CAST(lon_ud AS VARCHAR) || ', ' || CAST(lat_ud AS VARCHAR) AS place, min(recorded_at) OVER () AS first_at
    FROM events WHERE event_id = $event AND recorded_at <= $known_at AND occurred_at <= $as_of
), steps AS (
    SELECT version, recorded_at, first_at, priority, title, category, level, address, street_code, district_id, place,
           lag(version) OVER (ORDER BY version) AS before, lag(priority) OVER (ORDER BY version) AS priority_before,
           lag(title) OVER (ORDER BY version) AS title_before, lag(category) OVER (ORDER BY version) AS category_before,
           lag(level) OVER (ORDER BY version) AS level_before, lag(address) OVER (ORDER BY version) AS address_before,
           lag(street_code) OVER (ORDER BY version) AS street_before, lag(district_id) OVER (ORDER BY version) AS district_before,
           lag(place) OVER (ORDER BY version) AS place_before
    FROM versions
), fields AS (
    SELECT 1 AS nth, version, recorded_at, first_at, before, 'change-priority' AS field, priority_before AS was, priority AS is_now FROM steps
    UNION ALL SELECT 2, version, recorded_at, first_at, before, 'change-title', title_before, title FROM steps
    UNION ALL SELECT 3, version, recorded_at, first_at, before, 'change-category', category_before, category FROM steps
    UNION ALL SELECT 4, version, recorded_at, first_at, before, 'change-level', level_before, level FROM steps
    UNION ALL SELECT 5, version, recorded_at, first_at, before, 'change-address', address_before, address FROM steps
    UNION ALL SELECT 6, version, recorded_at, first_at, before, 'change-street', street_before, street_code FROM steps
    UNION ALL SELECT 7, version, recorded_at, first_at, before, 'change-district', district_before, district_id FROM steps
    UNION ALL SELECT 8, version, recorded_at, first_at, before, 'change-place', place_before, place FROM steps
)
SELECT field, was, is_now, recorded_at, (epoch_us(recorded_at) - epoch_us(first_at)) // 1000000 AS late_s
FROM fields WHERE before IS NOT NULL AND was IS DISTINCT FROM is_now ORDER BY version, nth
