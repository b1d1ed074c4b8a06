-- layers/event_heat/steps.sql: where the steps of the heat begin, before they are rounded, for each size of its cells: a floor,
-- and the 42nd, 66th, 82nd, 92nd and 98th percentile of the cells that reach it. The floor is a third of what a lone event has
-- at its brightest; of the street's 25 m, which are not spread, one event. Counted and spread as heat.sql and street.sql do,
-- over the whole raster; of the finer grids every third or fifth column and row are enough.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param window_from TIMESTAMPTZ UTC start of the window
-- param least_days INTEGER days how far back streets are counted at least, whatever the window
-- param mode VARCHAR - live or drill; the other is not counted
-- param of_source VARCHAR - one source's id, or all
-- param of_category VARCHAR - one kind of trouble, or all
-- param of_categories VARCHAR[] - kinds that a department answers for; none for any
-- param of_priority INTEGER level one priority, or 0 for all
-- param of_stage VARCHAR - events that have reached this stage and no later one, or all
-- param of_level VARCHAR - level of the city at which they were opened, or all
-- param raster_lon0_ud DOUBLE udeg south-west corner of the raster
-- param raster_lat0_ud DOUBLE udeg south-west corner of the raster
-- param raster_dlon_ud DOUBLE udeg side of a raster cell
-- param raster_dlat_ud DOUBLE udeg side of a raster cell
-- param raster_cell_m DOUBLE m side of a raster cell
-- param raster_n_x INTEGER cells width of the raster; null for as many as the map can draw
-- param raster_n_y INTEGER cells height of the raster; null for as many as the map can draw
-- uses events_chosen
-- reads event_facts
-- column side_m INTEGER m side of a heat cell
-- column n BIGINT events what is counted
-- column step_1 DOUBLE events/km2 the floor; of 25 m in events, as the others
-- column step_2 DOUBLE events/km2 42nd percentile; null where no cell reaches the floor, as the others
-- column step_3 DOUBLE events/km2 66th percentile
-- column step_4 DOUBLE events/km2 82nd percentile
-- column step_5 DOUBLE events/km2 92nd percentile
-- column step_6 DOUBLE events/km2 98th percentile
-- rows one per size of cells, the finest first
WITH sizes(side_m, stride) AS (
    VALUES (25, 1), (50, 5), (100, 3), (150, 3), (250, 1)
), grid AS ( -- 65,535 heat cells are the most that the map can number
    SELECT side_m, stride, side_m / $raster_cell_m AS cells, side_m * side_m / 1e6 AS km2,
           side_m / $raster_cell_m * $raster_dlon_ud AS wide, side_m / $raster_cell_m * $raster_dlat_ud AS high,
           least(coalesce($raster_n_x, 65535 * side_m / $raster_cell_m), 65535 * side_m / $raster_cell_m) AS n_x,
           least(coalesce($raster_n_y, 65535 * side_m / $raster_cell_m), 65535 * side_m / $raster_cell_m) AS n_y
    FROM sizes
), drawn AS (
    SELECT lon_ud - $raster_lon0_ud AS east, lat_ud - $raster_lat0_ud AS north,
           occurred_at > $window_from OR is_open OR created_at > $as_of AS is_near
    FROM events_chosen
    WHERE lon_ud IS NOT NULL AND lat_ud IS NOT NULL
      AND (occurred_at > least($window_from, $as_of - INTERVAL 1 DAY * $least_days) OR is_open OR created_at > $as_of)
), cells AS (
    SELECT grid.side_m, CAST(floor(drawn.east / grid.wide) AS INTEGER) AS x, CAST(floor(drawn.north / grid.high) AS INTEGER) AS y,
           count(*) AS n
    FROM drawn CROSS JOIN grid
    WHERE (drawn.is_near OR grid.side_m = 25)
      AND drawn.east >= -4 * grid.wide AND drawn.east < grid.n_x * $raster_dlon_ud + 4 * grid.wide
      AND drawn.north >= -4 * grid.high AND drawn.north < grid.n_y * $raster_dlat_ud + 4 * grid.high
    GROUP BY 1, 2, 3
), kernel(away, share) AS (
    VALUES (-4, 1), (-3, 6), (-2, 24), (-1, 58), (0, 78), (1, 58), (2, 24), (3, 6), (4, 1)
), eastward AS (
    SELECT cells.side_m, cells.x + kernel.away AS x, cells.y, sum(cells.n * kernel.share) AS n
    FROM cells JOIN grid ON grid.side_m = cells.side_m CROSS JOIN kernel
    WHERE cells.side_m > 25 AND (cells.x + kernel.away) % grid.stride = 0
    GROUP BY cells.side_m, cells.x + kernel.away, cells.y
), spread AS (
    SELECT eastward.side_m, eastward.x, eastward.y + kernel.away AS y, sum(eastward.n * kernel.share) AS n
    FROM eastward JOIN grid ON grid.side_m = eastward.side_m CROSS JOIN kernel
    WHERE (eastward.y + kernel.away) % grid.stride = 0
    GROUP BY eastward.side_m, eastward.x, eastward.y + kernel.away
), counted AS (
    SELECT cells.side_m, cells.n FROM cells JOIN grid ON grid.side_m = cells.side_m
    WHERE cells.x >= 0 AND cells.y >= 0 AND grid.cells * cells.x < grid.n_x AND grid.cells * cells.y < grid.n_y
), seen AS ( -- 78 x 78 of 65,536 shares lie in the middle of a lone event, and 2,028 are a third of them
    SELECT spread.side_m, CAST(spread.n AS DOUBLE) / 65536 / grid.km2 AS dense
    FROM spread JOIN grid ON grid.side_m = spread.side_m
    WHERE spread.n >= 2028 AND spread.x >= 0 AND spread.y >= 0
      AND grid.cells * spread.x < grid.n_x AND grid.cells * spread.y < grid.n_y
    UNION ALL
    SELECT side_m, CAST(n AS DOUBLE) AS dense FROM counted WHERE side_m = 25
), limits AS (
    SELECT side_m, percentile_cont(0.42) WITHIN GROUP (ORDER BY dense) AS step_2, percentile_cont(0.66) WITHIN GROUP (ORDER BY dense) AS step_3,
           percentile_cont(0.82) WITHIN GROUP (ORDER BY dense) AS step_4, percentile_cont(0.92) WITHIN GROUP (ORDER BY dense) AS step_5,
           percentile_cont(0.98) WITHIN GROUP (ORDER BY dense) AS step_6
    FROM seen GROUP BY side_m
), sums AS (
    SELECT side_m, sum(n) AS n FROM counted GROUP BY side_m
)
SELECT grid.side_m, CAST(coalesce(sums.n, 0) AS BIGINT) AS n,
       CASE WHEN grid.side_m = 25 THEN CAST(1 AS DOUBLE) ELSE 2028 / 65536 / grid.km2 END AS step_1,
       limits.step_2, limits.step_3, limits.step_4, limits.step_5, limits.step_6
FROM grid LEFT JOIN sums ON sums.side_m = grid.side_m LEFT JOIN limits ON limits.side_m = grid.side_m
ORDER BY grid.side_m NULLS LAST
