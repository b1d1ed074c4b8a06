-- layers/event_heat/street.sql: events in each small cell of one tile of the map, by the six steps of the legend: those that are
-- open, or happened in the window, which is at least `least_days` long, since an hour leaves streets empty. Every event
-- counts for one, and nothing is spread.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param window_from TIMESTAMPTZ UTC start of the window of the view
-- param least_days INTEGER days how far back is counted at least, whatever the window
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
-- param limit_1 DOUBLE events where the first step begins; cells below are left out
-- param limit_2 DOUBLE events where the second begins
-- param limit_3 DOUBLE events the third
-- param limit_4 DOUBLE events the fourth
-- param limit_5 DOUBLE events the fifth
-- param limit_6 DOUBLE events the sixth and last
-- uses events_chosen
-- reads event_facts
-- column x INTEGER cells column of the heat grid, from the west
-- column y INTEGER cells row of the heat grid, from the south
-- column step TINYINT - its step, 1 to 6; sent as `fill_color`
-- rows one per cell of the tile that reaches the first limit, south to north, then west to east
WITH tile AS ( -- 65,535 heat cells are the most that the map can number
    SELECT $side_m / $raster_cell_m AS cells, $side_m / $raster_cell_m * $raster_dlon_ud AS wide, $side_m / $raster_cell_m * $raster_dlat_ud AS high,
           $tile_x * $tile_side AS x0, $tile_y * $tile_side AS y0,
           least(coalesce($raster_n_x, 65535 * $side_m / $raster_cell_m), 65535 * $side_m / $raster_cell_m) AS n_x,
           least(coalesce($raster_n_y, 65535 * $side_m / $raster_cell_m), 65535 * $side_m / $raster_cell_m) AS n_y
), drawn AS (
    SELECT lon_ud - $raster_lon0_ud AS east, lat_ud - $raster_lat0_ud AS north
    FROM events_chosen
    WHERE lon_ud IS NOT NULL AND lat_ud IS NOT NULL
      AND (occurred_at > least($window_from, $as_of - INTERVAL 1 DAY * $least_days) OR is_open OR created_at > $as_of)
), counted AS (
    SELECT CAST(floor(drawn.east / tile.wide) AS INTEGER) AS x, CAST(floor(drawn.north / tile.high) AS INTEGER) AS y, count(*) AS n
    FROM drawn CROSS JOIN tile
    WHERE drawn.east >= tile.x0 * tile.wide AND drawn.east < (tile.x0 + $tile_side) * tile.wide
      AND drawn.north >= tile.y0 * tile.high AND drawn.north < (tile.y0 + $tile_side) * tile.high
      AND drawn.east < tile.n_x * $raster_dlon_ud AND drawn.north < tile.n_y * $raster_dlat_ud
    GROUP BY 1, 2
)
SELECT x, y, CAST(CASE WHEN n >= $limit_6 THEN 6 WHEN n >= $limit_5 THEN 5 WHEN n >= $limit_4 THEN 4
                       WHEN n >= $limit_3 THEN 3 WHEN n >= $limit_2 THEN 2 ELSE 1 END AS TINYINT) AS step
FROM counted WHERE n >= $limit_1 ORDER BY y NULLS LAST, x NULLS LAST
