-- layers/bikes/marks.sql: piles of bikes that stand, or were lost from sight today.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param lost_s INTEGER s a pile is lost after so long without a picture
-- param most INTEGER rows how many at most
-- uses bike_clusters_at
-- reads bike_clusters, streets
-- column cluster_id VARCHAR - pile
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column mark VARCHAR - bikes, or bikes_lost
-- column state VARCHAR - blocking, free, or lost; sent as `fill_color`
-- column place VARCHAR - street-level unit; null where unknown
-- column place_en VARCHAR - its name in English
-- column n_bikes INTEGER bikes bikes in the newest picture
-- column area_m2 DOUBLE m2 ground that they take
-- column operator VARCHAR - whose bikes most are
-- column stood_s BIGINT s since the first picture
-- column district_id VARCHAR - district; null where unknown
-- rows one per pile, the smallest first, so that the largest is drawn on top
SELECT cluster_id, bike_clusters_at.lon_ud / 1e6 AS lon, bike_clusters_at.lat_ud / 1e6 AS lat,
       CASE WHEN state = 'lost' THEN 'bikes_lost' ELSE 'bikes' END AS mark,
       CASE WHEN state = 'lost' THEN 'lost' WHEN blocks IS NULL THEN 'free' ELSE 'blocking' END AS state,
       streets.name AS place, streets.name_en AS place_en, n_bikes, CAST(area_m2 AS DOUBLE) AS area_m2, operator,
       (epoch_us($as_of) - epoch_us(first_seen_at)) // 1000000 AS stood_s, bike_clusters_at.district_id
FROM bike_clusters_at LEFT JOIN streets ON streets.street_code = bike_clusters_at.street_code
WHERE state = 'there' OR (state = 'lost' AND seen_at >= $day_from)
ORDER BY n_bikes, cluster_id
LIMIT $most
