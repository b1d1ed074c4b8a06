-- layers/bikes/rows.sql: piles of bikes that stand, those lost from sight, and those of today that are gone.
-- What stands comes first, the largest first; then what was lost; then what is gone, the newest first. A pile comes again where
-- another was first seen in the same 100 m cell within hot_days before it.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param lost_s INTEGER s a pile is lost after so long without a picture
-- param hot_days INTEGER days in which piles of one cell count together
-- param hot_times INTEGER times from so many piles on a cell is a hot spot
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param most INTEGER rows how many at most
-- uses bike_clusters_at
-- reads bike_clusters, dispatches, districts, streets
-- column id VARCHAR - what to pick on the map
-- column cluster_id VARCHAR - pile
-- column event_id VARCHAR - event that was opened from it; null for none
-- column district_id VARCHAR - district; null where unknown
-- column place VARCHAR - street-level unit, else the district; null where both are unknown
-- column place_en VARCHAR - the same in English
-- column state VARCHAR - message key: there, lost, or gone
-- column n_bikes INTEGER bikes bikes in the newest picture; 0 once it is gone
-- column max_n INTEGER bikes most bikes that it had
-- column area_m2 DOUBLE m2 ground that they take; null once it is gone
-- column blocks VARCHAR - message key: what it blocks, or that it stands free; null once it is gone
-- column operator VARCHAR - whose bikes most are; null where unknown
-- column first_seen_at TIMESTAMPTZ UTC first picture
-- column stood_s BIGINT s since then; until it was gone
-- column dispatched_s BIGINT s from the first picture to the first order; null without one
-- column cleared_s BIGINT s from the first order to the first picture without it; null while it stands, and without an order
-- column n_times BIGINT piles first seen in the same cell within hot_days, itself among them
-- column again VARCHAR - message key: a hot spot from hot_times on, else empty
-- rows one per pile, in that order
WITH shown AS (
    SELECT cluster_id, event_id, state, first_seen_at, seen_at, cleared_at, n_bikes, max_n, area_m2, blocks, operator, cell_x, cell_y,
           district_id, street_code
    FROM bike_clusters_at
    WHERE (state = 'there' OR first_seen_at >= $day_from OR cleared_at >= $day_from)
      AND ($district = '' OR district_id = $district OR array_contains($zone_streets, street_code))
), orders AS ( -- of the event that was opened from a pile, each by its newest version known then
    SELECT dispatches.event_id, dispatches.sent_at, row_number() OVER (PARTITION BY dispatch_id ORDER BY version DESC) AS nth
    FROM dispatches JOIN (SELECT DISTINCT event_id FROM shown WHERE event_id IS NOT NULL) AS events ON events.event_id = dispatches.event_id
    WHERE recorded_at <= $known_at
), sent AS (
    SELECT event_id, min(sent_at) AS dispatched_at FROM orders WHERE nth = 1 AND sent_at <= $as_of GROUP BY event_id
), times AS (
    SELECT shown.cluster_id, count(*) AS n_times
    FROM shown JOIN bike_clusters_at AS each ON each.cell_x = shown.cell_x AND each.cell_y = shown.cell_y
     AND each.first_seen_at > shown.first_seen_at - INTERVAL 24 HOUR * $hot_days AND each.first_seen_at <= shown.first_seen_at
    GROUP BY shown.cluster_id
)
SELECT 'bikes:' || shown.cluster_id AS id, shown.cluster_id, shown.event_id, shown.district_id,
       coalesce(streets.name, districts.name) AS place, coalesce(streets.name_en, districts.name_en) AS place_en,
       'bikes-' || shown.state AS state, shown.n_bikes, shown.max_n, CAST(shown.area_m2 AS DOUBLE) AS area_m2,
       CASE WHEN shown.state <> 'gone' THEN 'bikes-' || coalesce(shown.blocks, 'free') END AS blocks, shown.operator,
       shown.first_seen_at,
       (CASE WHEN shown.state = 'there' THEN epoch_us($as_of) ELSE epoch_us(shown.seen_at) END
        - epoch_us(shown.first_seen_at)) // 1000000 AS stood_s,
       (epoch_us(sent.dispatched_at) - epoch_us(shown.first_seen_at)) // 1000000 AS dispatched_s,
       (epoch_us(shown.cleared_at) - epoch_us(sent.dispatched_at)) // 1000000 AS cleared_s,
       times.n_times, CASE WHEN times.n_times >= $hot_times THEN 'bikes-hot' ELSE '' END AS again
FROM shown LEFT JOIN sent ON sent.event_id = shown.event_id JOIN times ON times.cluster_id = shown.cluster_id
LEFT JOIN streets ON streets.street_code = shown.street_code LEFT JOIN districts ON districts.district_id = shown.district_id
ORDER BY CASE shown.state WHEN 'there' THEN 0 WHEN 'lost' THEN 1 ELSE 2 END,
         CASE WHEN shown.state = 'there' THEN shown.n_bikes END DESC NULLS LAST, shown.first_seen_at DESC, shown.cluster_id
LIMIT $most
