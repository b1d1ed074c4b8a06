-- layers/event_heat/heat.sql: density of events that are open, or that happened in the window, weighted by priority.
-- Events are counted in cells of five raster cells (250 m) and spread over nine cells each way by a binomial kernel
-- (deviation 1.4 cells, 350 m), so a lone event is a soft spot and its whole weight stays on the map. Counts are whole
-- numbers until the last line, so the same rows give the same bytes. An event may lie anywhere on earth: only those are
-- counted that reach into the raster, and only cells of the raster are answered.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param window_from TIMESTAMPTZ UTC start of the window
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
-- param weight_1 INTEGER events what an event of priority 1 counts for
-- param weight_2 INTEGER events priority 2
-- param weight_3 INTEGER events priority 3
-- param weight_4 INTEGER events priority 4
-- param least DOUBLE events/km2 cells below are left out
-- uses events_at
-- reads event_facts
-- column x INTEGER cells column of the 250 m grid, from the west
-- column y INTEGER cells row of the 250 m grid, from the south
-- column per_km2 DOUBLE events/km2 weighted density; sent as `fill_color`
-- rows one per 250 m cell that reaches `least`, south to north, then west to east
WITH size AS ( -- 65,535 heat cells are the most that the map can number
    SELECT coalesce($raster_n_x, 327675) AS n_x, coalesce($raster_n_y, 327675) AS n_y
), drawn AS (
    SELECT lon_ud, lat_ud, priority
    FROM events_at CROSS JOIN size
    WHERE mode = $mode AND lon_ud IS NOT NULL AND lat_ud IS NOT NULL
      AND ($of_source = 'all' OR source_id = $of_source) AND ($of_priority = 0 OR priority = $of_priority)
      AND ($of_stage = 'all' OR stage = $of_stage)
      AND lon_ud >= $raster_lon0_ud - 20 * $raster_dlon_ud AND lon_ud < $raster_lon0_ud + (size.n_x + 25) * $raster_dlon_ud
      AND lat_ud >= $raster_lat0_ud - 20 * $raster_dlat_ud AND lat_ud < $raster_lat0_ud + (size.n_y + 25) * $raster_dlat_ud
      AND (occurred_at > $window_from OR is_open OR created_at > $as_of)
), cells AS (
    SELECT CAST(floor((lon_ud - $raster_lon0_ud) / (5 * $raster_dlon_ud)) AS INTEGER) AS x,
           CAST(floor((lat_ud - $raster_lat0_ud) / (5 * $raster_dlat_ud)) AS INTEGER) AS y,
           sum(CASE priority WHEN 1 THEN $weight_1 WHEN 2 THEN $weight_2 WHEN 3 THEN $weight_3 ELSE $weight_4 END) AS weight
    FROM drawn
    GROUP BY 1, 2
), kernel(away, share) AS (
    VALUES (-4, 1), (-3, 8), (-2, 28), (-1, 56), (0, 70), (1, 56), (2, 28), (3, 8), (4, 1)
), eastward AS (
    SELECT cells.x + kernel.away AS x, cells.y, sum(cells.weight * kernel.share) AS weight
    FROM cells CROSS JOIN kernel GROUP BY cells.x + kernel.away, cells.y
), spread AS (
    SELECT eastward.x, eastward.y + kernel.away AS y, sum(eastward.weight * kernel.share) AS weight
    FROM eastward CROSS JOIN kernel GROUP BY eastward.x, eastward.y + kernel.away
), density AS (
    SELECT CAST(x AS INTEGER) AS x, CAST(y AS INTEGER) AS y,
           CAST(weight AS DOUBLE) / 65536 / (25 * $raster_cell_m * $raster_cell_m / 1e6) AS per_km2
    FROM spread CROSS JOIN size WHERE x >= 0 AND y >= 0 AND 5 * x < size.n_x AND 5 * y < size.n_y
)
SELECT x, y, per_km2 FROM density WHERE per_km2 >= $least ORDER BY y, x
