-- sights_at.sql: cells of the raster that a camera saw in the 24 h before one moment, as known at
-- another. The table speaks of one pair of moments only, the snapshot's own: for any other, whoever
-- asks puts the rows of that pair in its place (twin.measures.coverage.coverage_at), so that
-- $known_at picks the table and is not compared with anything in it.
-- param   as_of           TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at        TIMESTAMPTZ  UTC  and had been recorded by then
-- reads   coverage
-- column  cell_x       SMALLINT     cells  column of the raster, from the west
-- column  cell_y       SMALLINT     cells  row of the raster, from the south
-- column  district_id  VARCHAR      -      district of the cell's centre; null outside
-- column  seen_at      TIMESTAMPTZ  UTC    when it was last seen
-- rows    one per cell, in no order
SELECT cell_x, cell_y, district_id, seen_at
FROM coverage
WHERE seen_at <= $as_of AND seen_at > $as_of - INTERVAL 24 HOUR AND $known_at IS NOT NULL
