-- layers/headline/behind.sql: the events that one figure of the headline counts or is worked out from, one by one, by the rules
-- of events.sql, clocks.sql and proactive.sql.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param of VARCHAR - the figure: events_today, open_now, closings_refused, response_p50_s, closure_p90_s, closed_untimed or proactive_pct
-- uses events_at
-- reads event_facts, districts, event_sources
-- column event_id VARCHAR - event
-- column title VARCHAR - a line that names it
-- column category VARCHAR - kind of trouble
-- column priority TINYINT level 1 worst
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name; null where unknown
-- column district_en VARCHAR - its name in English; null where unknown
-- column source_id VARCHAR - source
-- column source VARCHAR - its name; null where the pack does not have it
-- column is_proactive BOOLEAN - found before anybody complained
-- column occurred_at TIMESTAMPTZ UTC when it happened
-- column created_at TIMESTAMPTZ UTC when the order was opened
-- column stage VARCHAR - furthest stage reached; handle while open again
-- column is_open BOOLEAN - opened, and not closed since
-- column wait_s BIGINT s the length that counts, so far where the event still waits; null where the figure is no length
-- column target_s INTEGER s the target of that length; null without one
-- rows one per event, of a length the longest first, else the newest first, then by id
WITH sorted AS (
    SELECT event_id, title, category, priority, district_id, source_id, is_proactive, occurred_at, created_at, stage, is_open, is_refused,
           is_closed_untimed, age_s, created_at >= $day_from AND created_at <= $as_of AS is_of_today,
           occurred_at >= $day_from AS is_today,
           CASE WHEN $of = 'response_p50_s' AND (response_s IS NOT NULL OR (is_open AND NOT is_acked)) THEN coalesce(response_s, age_s)
                WHEN $of = 'closure_p90_s' AND (closure_s IS NOT NULL OR is_open) THEN coalesce(closure_s, age_s) END AS wait_s,
           CASE WHEN $of = 'response_p50_s' THEN response_target_s WHEN $of = 'closure_p90_s' THEN closure_target_s END AS target_s
    FROM events_at WHERE mode = $mode
)
SELECT sorted.event_id, sorted.title, sorted.category, sorted.priority, sorted.district_id, districts.name AS district,
       districts.name_en AS district_en, sorted.source_id, event_sources.name AS source, sorted.is_proactive, sorted.occurred_at,
       sorted.created_at, sorted.stage, sorted.is_open, sorted.wait_s, sorted.target_s
FROM sorted
LEFT JOIN districts ON districts.district_id = sorted.district_id
LEFT JOIN event_sources ON event_sources.source_id = sorted.source_id
WHERE CASE WHEN $of IN ('events_today', 'proactive_pct') THEN is_today
           WHEN $of = 'open_now' THEN is_open
           WHEN $of = 'closings_refused' THEN is_refused
           WHEN $of = 'closed_untimed' THEN is_of_today AND is_closed_untimed
           ELSE is_of_today AND wait_s IS NOT NULL AND age_s >= coalesce(target_s, 0) END
ORDER BY sorted.wait_s DESC NULLS LAST, sorted.occurred_at DESC, sorted.event_id
