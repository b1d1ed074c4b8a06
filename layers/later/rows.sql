-- layers/later/rows.sql: events of which something is known now that was not known then, worst first.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC what was recorded after that is told
-- param mode VARCHAR - live or drill; the other never counts
-- uses learned_later
-- reads events, feedbacks, districts
-- param most INTEGER rows how many at most
-- column id VARCHAR - what to pick on the map
-- column kind VARCHAR - later-late, later-corrected or later-answered: message keys
-- column title VARCHAR - a line that names the event, by its newest record
-- column priority INTEGER level 1 worst, by its newest record
-- column district VARCHAR - its district; null where unknown
-- column district_en VARCHAR - in English
-- column recorded_at TIMESTAMPTZ UTC when it was first recorded so
-- rows one per event and kind, worst level first, then as recorded
SELECT 'event_heat:' || learned_later.event_id AS id, 'later-' || learned_later.kind AS kind, learned_later.title,
       CAST(learned_later.priority AS INTEGER) AS priority, districts.name AS district, districts.name_en AS district_en,
       learned_later.recorded_at
FROM learned_later LEFT JOIN districts ON districts.district_id = learned_later.district_id
WHERE learned_later.mode = $mode
ORDER BY learned_later.priority, learned_later.recorded_at, learned_later.event_id, learned_later.kind LIMIT $most
