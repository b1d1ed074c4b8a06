-- layers/event_heat/street_steps.sql: where the steps of the street's heat begin, before they are rounded: one event, and the
-- 42nd, 66th, 82nd, 92nd and 98th percentile of the cells with any. Counted as street.sql does, over the whole raster.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param window_from TIMESTAMPTZ UTC start of the window of the view
-- param least_days INTEGER days how far back is counted at least, whatever the window
-- param mode VARCHAR - live or drill; the other is not drawn
-- param of_source VARCHAR - one source's id, or all
-- param of_priority INTEGER level one priority, or 0 for all
-- param of_stage VARCHAR - events that have reached this stage and no later one, or all
-- param raster_lon0_ud DOUBLE udeg south-west corner of the raster
-- param raster_lat0_ud DOUBLE udeg south-west corner of the raster
-- param raster_dlon_ud DOUBLE udeg side of a raster cell
-- param raster_dlat_ud DOUBLE udeg side of a raster cell
-- param raster_cell_m DOUBLE m side of a raster cell
-- param raster_n_x INTEGER cells width of the raster; null for as many as the map can draw
-- param raster_n_y INTEGER cells height of the raster; null for as many as the map can draw
-- param side_m DOUBLE m side of a heat cell
-- uses events_at
-- reads event_facts
-- column n BIGINT events what is counted
-- column step_1 DOUBLE events one event
-- column step_2 DOUBLE events 42nd percentile; null where there is no event, as the others
-- column step_3 DOUBLE events 66th percentile
-- column step_4 DOUBLE events 82nd percentile
-- column step_5 DOUBLE events 92nd percentile
-- column step_6 DOUBLE events 98th percentile
-- rows one
WITH grid AS ( -- 65,535 heat cells are the most that the map can number
    SELECT $side_m / $raster_cell_m AS cells, $side_m / $raster_cell_m * $raster_dlon_ud AS wide, $side_m / $raster_cell_m * $raster_dlat_ud AS high,
           least(coalesce($raster_n_x, 65535 * $side_m / $raster_cell_m), 65535 * $side_m / $raster_cell_m) AS n_x,
           least(coalesce($raster_n_y, 65535 * $side_m / $raster_cell_m), 65535 * $side_m / $raster_cell_m) AS n_y
), drawn AS (
    SELECT lon_ud - $raster_lon0_ud AS east, lat_ud - $raster_lat0_ud AS north
    FROM events_at
    WHERE mode = $mode AND lon_ud IS NOT NULL AND lat_ud IS NOT NULL
      AND ($of_source = 'all' OR source_id = $of_source) AND ($of_priority = 0 OR priority = $of_priority)
      AND ($of_stage = 'all' OR stage = $of_stage)
      AND (occurred_at > least($window_from, $as_of - INTERVAL 1 DAY * $least_days) OR is_open OR created_at > $as_of)
), counted AS (
    SELECT CAST(floor(drawn.east / grid.wide) AS INTEGER) AS x, CAST(floor(drawn.north / grid.high) AS INTEGER) AS y, count(*) AS n
    FROM drawn CROSS JOIN grid
    WHERE drawn.east >= 0 AND drawn.east < grid.n_x * $raster_dlon_ud AND drawn.north >= 0 AND drawn.north < grid.n_y * $raster_dlat_ud
    GROUP BY 1, 2
)
SELECT CAST(coalesce(sum(n), 0) AS BIGINT) AS n, CAST(1 AS DOUBLE) AS step_1,
       percentile_cont(0.42) WITHIN GROUP (ORDER BY n) AS step_2, percentile_cont(0.66) WITHIN GROUP (ORDER BY n) AS step_3,
       percentile_cont(0.82) WITHIN GROUP (ORDER BY n) AS step_4, percentile_cont(0.92) WITHIN GROUP (ORDER BY n) AS step_5,
       percentile_cont(0.98) WITHIN GROUP (ORDER BY n) AS step_6
FROM counted
