-- layers/drone_coverage/coverage.sql: how long ago a drone's camera saw each 100 m of the city.
-- uses sights_at
-- param as_of TIMESTAMPTZ UTC what had happened by then; age is counted from it
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param window_from TIMESTAMPTZ UTC what was seen then or before is left out
-- reads coverage
-- column x INTEGER cells column of the 100 m grid, two cells of the raster wide, from the west
-- column y INTEGER cells row of the 100 m grid, from the south
-- column age_s INTEGER s since the newest sight of any of its four cells; sent as `fill_color`
-- rows one per 100 m cell seen in the window, south to north, then west to east
SELECT CAST(cell_x >> 1 AS INTEGER) AS x, CAST(cell_y >> 1 AS INTEGER) AS y,
       CAST((epoch_us($as_of) - max(epoch_us(seen_at))) // 1000000 AS INTEGER) AS age_s
FROM sights_at WHERE seen_at > $window_from
GROUP BY cell_x >> 1, cell_y >> 1 ORDER BY y, x
