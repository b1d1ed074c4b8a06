-- layers/event_clocks/rings.sql: how far the clock of each mark of event_heat/marks.sql has run: the same events, so that
-- those which stand together there have no ring of their own here.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other is not drawn
-- param of_source VARCHAR - one source's id, or all
-- param of_priority INTEGER level one priority, or 0 for all
-- param of_stage VARCHAR - events that have reached this stage and no later one, or all
-- param amber_pct INTEGER % share of the target from which a clock is amber
-- param most INTEGER rows how many at most
-- uses clocks_at
-- reads event_facts
-- column event_id VARCHAR - event
-- column lon DOUBLE deg WGS 84; sent as `position`
-- column lat DOUBLE deg WGS 84
-- column priority INTEGER level 1 worst, 4 least
-- column state VARCHAR - fine, amber, red or none; sent as `fill_color` too
-- column share DOUBLE share elapsed of the target of the clock that runs; 0 without one
-- rows one per mark, least priority first, then oldest first, as of event_heat/marks.sql
WITH staged AS (
    SELECT event_id, lon_ud, lat_ud, priority, created_at, state,
           coalesce(CAST(elapsed_s AS DOUBLE) / target_s, 0.0) AS share
    FROM clocks_at
    WHERE mode = $mode AND lon_ud IS NOT NULL AND lat_ud IS NOT NULL
      AND ($of_source = 'all' OR source_id = $of_source) AND ($of_priority = 0 OR priority = $of_priority)
      AND ($of_stage = 'all' OR stage = $of_stage)
), placed AS (
    SELECT event_id, lon_ud, lat_ud, priority, created_at, state, share,
           row_number() OVER (ORDER BY priority, created_at DESC, event_id) AS place
    FROM staged
)
SELECT event_id, lon_ud / 1e6 AS lon, lat_ud / 1e6 AS lat, CAST(priority AS INTEGER) AS priority, state, share
FROM placed WHERE place <= $most
ORDER BY priority DESC, created_at, event_id
