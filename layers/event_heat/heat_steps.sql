-- layers/event_heat/heat_steps.sql: where the steps of the heat begin, before they are rounded: a floor, a third of what a lone
-- event has at its brightest, and the 42nd, 66th, 82nd, 92nd and 98th percentile of the cells that reach the floor. Counted
-- and spread as heat.sql does, over the whole raster; of a fine grid every `stride`th column and row are enough.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param window_from TIMESTAMPTZ UTC start of the window
-- param mode VARCHAR - live or drill; the other is not counted
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
-- param stride INTEGER cells every how many columns and rows are looked at
-- uses events_at
-- reads event_facts
-- column n BIGINT events what is counted
-- column step_1 DOUBLE events/km2 the floor
-- column step_2 DOUBLE events/km2 42nd percentile; null where no cell reaches the floor, as the others
-- column step_3 DOUBLE events/km2 66th percentile
-- column step_4 DOUBLE events/km2 82nd percentile
-- column step_5 DOUBLE events/km2 92nd percentile
-- column step_6 DOUBLE events/km2 98th percentile
-- rows one
WITH grid AS ( -- 65,535 heat cells are the most that the map can number
    SELECT $side_m / $raster_cell_m AS cells, $side_m / $raster_cell_m * $raster_dlon_ud AS wide, $side_m / $raster_cell_m * $raster_dlat_ud AS high,
           $side_m * $side_m / 1e6 AS km2,
           least(coalesce($raster_n_x, 65535 * $side_m / $raster_cell_m), 65535 * $side_m / $raster_cell_m) AS n_x,
           least(coalesce($raster_n_y, 65535 * $side_m / $raster_cell_m), 65535 * $side_m / $raster_cell_m) AS n_y
), drawn AS (
    SELECT lon_ud - $raster_lon0_ud AS east, lat_ud - $raster_lat0_ud AS north
    FROM events_at
    WHERE mode = $mode AND lon_ud IS NOT NULL AND lat_ud IS NOT NULL
      AND ($of_source = 'all' OR source_id = $of_source) AND ($of_priority = 0 OR priority = $of_priority)
      AND ($of_stage = 'all' OR stage = $of_stage)
      AND (occurred_at > $window_from OR is_open OR created_at > $as_of)
), cells AS (
    SELECT CAST(floor(drawn.east / grid.wide) AS INTEGER) AS x, CAST(floor(drawn.north / grid.high) AS INTEGER) AS y, count(*) AS n
    FROM drawn CROSS JOIN grid
    WHERE drawn.east >= -4 * grid.wide AND drawn.east < grid.n_x * $raster_dlon_ud + 4 * grid.wide
      AND drawn.north >= -4 * grid.high AND drawn.north < grid.n_y * $raster_dlat_ud + 4 * grid.high
    GROUP BY 1, 2
), kernel(away, share) AS (
    VALUES (-4, 1), (-3, 6), (-2, 24), (-1, 58), (0, 78), (1, 58), (2, 24), (3, 6), (4, 1)
), eastward AS (
    SELECT cells.x + kernel.away AS x, cells.y, sum(cells.n * kernel.share) AS n
    FROM cells CROSS JOIN kernel WHERE (cells.x + kernel.away) % $stride = 0
    GROUP BY cells.x + kernel.away, cells.y
), spread AS (
    SELECT eastward.x, eastward.y + kernel.away AS y, sum(eastward.n * kernel.share) AS n
    FROM eastward CROSS JOIN kernel WHERE (eastward.y + kernel.away) % $stride = 0
    GROUP BY eastward.x, eastward.y + kernel.away
), seen AS ( -- 78 x 78 of 65,536 shares lie in the middle of a lone event
    SELECT CAST(spread.n AS DOUBLE) / 65536 / grid.km2 AS per_km2
    FROM spread CROSS JOIN grid
    WHERE spread.n >= 2028 AND spread.x >= 0 AND spread.y >= 0 AND grid.cells * spread.x < grid.n_x AND grid.cells * spread.y < grid.n_y
), limits AS (
    SELECT percentile_cont(0.42) WITHIN GROUP (ORDER BY per_km2) AS step_2, percentile_cont(0.66) WITHIN GROUP (ORDER BY per_km2) AS step_3,
           percentile_cont(0.82) WITHIN GROUP (ORDER BY per_km2) AS step_4, percentile_cont(0.92) WITHIN GROUP (ORDER BY per_km2) AS step_5,
           percentile_cont(0.98) WITHIN GROUP (ORDER BY per_km2) AS step_6
    FROM seen
), counted AS (
    SELECT count(*) AS n FROM drawn CROSS JOIN grid
    WHERE drawn.east >= 0 AND drawn.east < grid.n_x * $raster_dlon_ud AND drawn.north >= 0 AND drawn.north < grid.n_y * $raster_dlat_ud
)
SELECT counted.n, 2028 / 65536 / grid.km2 AS step_1, limits.step_2, limits.step_3, limits.step_4, limits.step_5, limits.step_6
FROM counted CROSS JOIN grid CROSS JOIN limits
