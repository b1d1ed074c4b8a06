-- bike_clusters_at.sql: piles of bikes that had been seen by one moment, as known at another, each by its newest picture then.
-- A pile of which no picture came for lost_s is lost from sight: it may stand there still, and nobody knows.
-- param   as_of          TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at       TIMESTAMPTZ  UTC      and had been recorded by then
-- param   lost_s         INTEGER      s        a pile is lost after so long without a picture
-- reads   bike_clusters
-- column  cluster_id     VARCHAR      -        pile
-- column  device_id      VARCHAR      -        camera
-- column  event_id       VARCHAR      -        event that was opened from it; null for none
-- column  state          VARCHAR      -        there, lost, or gone
-- column  first_seen_at  TIMESTAMPTZ  UTC      first picture
-- column  seen_at        TIMESTAMPTZ  UTC      newest picture of its place
-- column  cleared_at     TIMESTAMPTZ  UTC      first picture without it; null while it is not gone
-- column  n_bikes        INTEGER      bikes    bikes in the newest picture; 0 once it is gone
-- column  max_n          INTEGER      bikes    most bikes that it had
-- column  n_close        INTEGER      bikes    most of them close to one
-- column  area_m2        REAL         m2       ground that they take; null once it is gone
-- column  blocks         VARCHAR      -        what it blocks: lane, entrance, tactile; null for nothing
-- column  operator       VARCHAR      -        whose bikes most are; null where unknown
-- column  cell_x         INTEGER      cells    column of 100 m cells
-- column  cell_y         INTEGER      cells    row of 100 m cells
-- column  district_id    VARCHAR      -        district; null where unknown
-- column  street_code    VARCHAR      -        street-level unit; null where unknown
-- column  lon_ud         INTEGER      1e-6deg  longitude
-- column  lat_ud         INTEGER      1e-6deg  latitude
-- rows    one per pile, in no order
SELECT cluster_id, device_id, event_id,
       CASE WHEN n_bikes = 0 THEN 'gone' WHEN (epoch_us($as_of) - epoch_us(occurred_at)) // 1000000 > $lost_s THEN 'lost'
            ELSE 'there' END AS state,
       first_seen_at, occurred_at AS seen_at, CASE WHEN n_bikes = 0 THEN occurred_at END AS cleared_at,
       n_bikes, max_n, n_close, area_m2, blocks, operator, cell_x, cell_y, district_id, street_code, lon_ud, lat_ud
FROM (
    SELECT cluster_id, device_id, event_id, first_seen_at, occurred_at, n_bikes, max_n, n_close, area_m2, blocks, operator,
           cell_x, cell_y, district_id, street_code, lon_ud, lat_ud,
           row_number() OVER (PARTITION BY cluster_id ORDER BY occurred_at DESC) AS nth
    FROM bike_clusters
    WHERE occurred_at <= $as_of AND known_from <= $known_at AND (known_to IS NULL OR known_to > $known_at)
) AS pictures
WHERE nth = 1
