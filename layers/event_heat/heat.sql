-- layers/event_heat/heat.sql: density of events that are open, or that happened in the window, by the six steps of the legend.
-- Events are counted in cells of the grid and spread over nine cells each way by a whole-numbered bell curve (deviation
-- 1.32 cells), so a lone event is a soft spot and all of it stays on the map. Every event counts for one. Counts are whole
-- numbers until the last division, so the same rows give the same bytes. One tile of the map is answered, worked out from
-- all events that reach into it, so that tiles fit beside each other; an event may lie anywhere on earth, and none beyond
-- the raster is drawn. heat_steps.sql counts in the same way and answers the limits.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param window_from TIMESTAMPTZ UTC start of the window
-- param mode VARCHAR - live or drill; the other is not drawn
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
-- param side_m DOUBLE m side of a heat cell
-- param tile_x INTEGER tiles column of the tile, from the west
-- param tile_y INTEGER tiles row of the tile, from the south
-- param tile_side INTEGER cells heat cells along the side of a tile
-- param limit_1 DOUBLE events/km2 where the first step begins
-- param limit_2 DOUBLE events/km2 where the second begins
-- param limit_3 DOUBLE events/km2 the third
-- param limit_4 DOUBLE events/km2 the fourth
-- param limit_5 DOUBLE events/km2 the fifth
-- param limit_6 DOUBLE events/km2 the sixth and last
-- uses events_chosen
-- reads event_facts
-- column x INTEGER cells column of the heat grid, from the west
-- column y INTEGER cells row of the heat grid, from the south
-- column level SMALLINT 1/36 how far up the steps it is: 36 where the first begins, 72 where the second does, 252 at most
-- rows one per cell of the tile that reaches an eighth of the first limit, south to north, then west to east
WITH tile AS ( -- 65,535 heat cells are the most that the map can number
    SELECT $side_m / $raster_cell_m AS cells, $side_m / $raster_cell_m * $raster_dlon_ud AS wide, $side_m / $raster_cell_m * $raster_dlat_ud AS high,
           $tile_x * $tile_side AS x0, $tile_y * $tile_side AS y0,
           least(coalesce($raster_n_x, 65535 * $side_m / $raster_cell_m), 65535 * $side_m / $raster_cell_m) AS n_x,
           least(coalesce($raster_n_y, 65535 * $side_m / $raster_cell_m), 65535 * $side_m / $raster_cell_m) AS n_y
), drawn AS (
    SELECT lon_ud - $raster_lon0_ud AS east, lat_ud - $raster_lat0_ud AS north
    FROM events_chosen
    WHERE lon_ud IS NOT NULL AND lat_ud IS NOT NULL
      AND (occurred_at > $window_from OR is_open OR created_at > $as_of)
), cells AS (
    SELECT CAST(floor(drawn.east / tile.wide) AS INTEGER) AS x, CAST(floor(drawn.north / tile.high) AS INTEGER) AS y, count(*) AS n
    FROM drawn CROSS JOIN tile
    WHERE drawn.east >= (tile.x0 - 4) * tile.wide AND drawn.east < (tile.x0 + $tile_side + 4) * tile.wide
      AND drawn.north >= (tile.y0 - 4) * tile.high AND drawn.north < (tile.y0 + $tile_side + 4) * tile.high
      AND drawn.east < tile.n_x * $raster_dlon_ud + 4 * tile.wide AND drawn.north < tile.n_y * $raster_dlat_ud + 4 * tile.high
    GROUP BY 1, 2
), kernel(away, share) AS (
    VALUES (-4, 1), (-3, 6), (-2, 24), (-1, 58), (0, 78), (1, 58), (2, 24), (3, 6), (4, 1)
), eastward AS (
    SELECT cells.x + kernel.away AS x, cells.y, sum(cells.n * kernel.share) AS n
    FROM cells CROSS JOIN kernel GROUP BY cells.x + kernel.away, cells.y
), spread AS (
    SELECT eastward.x, eastward.y + kernel.away AS y, sum(eastward.n * kernel.share) AS n
    FROM eastward CROSS JOIN kernel GROUP BY eastward.x, eastward.y + kernel.away
), density AS (
    SELECT CAST(spread.x AS INTEGER) AS x, CAST(spread.y AS INTEGER) AS y,
           CAST(spread.n AS DOUBLE) / 65536 / ($side_m * $side_m / 1e6) AS per_km2
    FROM spread CROSS JOIN tile
    WHERE spread.x >= tile.x0 AND spread.x < tile.x0 + $tile_side AND tile.cells * spread.x < tile.n_x
      AND spread.y >= tile.y0 AND spread.y < tile.y0 + $tile_side AND tile.cells * spread.y < tile.n_y
)
SELECT x, y, CAST(floor(36 * CASE WHEN per_km2 >= 2 * $limit_6 THEN 7
                                  WHEN per_km2 >= $limit_6 THEN 6 + (per_km2 - $limit_6) / $limit_6
                                  WHEN per_km2 >= $limit_5 THEN 5 + (per_km2 - $limit_5) / ($limit_6 - $limit_5)
                                  WHEN per_km2 >= $limit_4 THEN 4 + (per_km2 - $limit_4) / ($limit_5 - $limit_4)
                                  WHEN per_km2 >= $limit_3 THEN 3 + (per_km2 - $limit_3) / ($limit_4 - $limit_3)
                                  WHEN per_km2 >= $limit_2 THEN 2 + (per_km2 - $limit_2) / ($limit_3 - $limit_2)
                                  WHEN per_km2 >= $limit_1 THEN 1 + (per_km2 - $limit_1) / ($limit_2 - $limit_1)
                                  ELSE per_km2 / $limit_1 END) AS SMALLINT) AS level
FROM density WHERE per_km2 >= $limit_1 / 8 ORDER BY y, x
