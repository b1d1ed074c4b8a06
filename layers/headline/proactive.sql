-- layers/headline/proactive.sql: share of today's events that the city found before anybody complained.
-- Where no event is known that a source found by itself, nor any of a source that does so by the pack, none is connected, and a
-- share of nought would say that it looked and missed. Nor is a week ago compared at which none was connected yet. It is
-- compared as events are in events.sql. By the hour there are too few to call any share usual.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param mode VARCHAR - live or drill; the other never counts
-- param week_at TIMESTAMPTZ UTC the same time a week ago
-- param week_known_at TIMESTAMPTZ UTC what had been recorded by then was known at it
-- param week_from TIMESTAMPTZ UTC start of that day
-- param week_is_like BOOLEAN - that day is of the same kind as this one
-- uses events_at
-- uses events_at AS week_ago AT $week_at, $week_known_at
-- uses heard_at AS heard_week AT $week_from, $week_known_at
-- uses finders_at
-- uses finders_at AS finders_week AT $week_at, $week_known_at
-- reads event_facts, event_sources
-- column figure VARCHAR - proactive_pct
-- column value DOUBLE % null while today has no event, and while no source that finds by itself was ever heard
-- column value_why VARCHAR - no-proactive-source if that is why; else empty
-- column format VARCHAR - how it is written
-- column unit VARCHAR - message key
-- column compare DOUBLE % by the same time a week ago, as known then; null if unknown
-- column compare_kind VARCHAR - last_week
-- column compare_why VARCHAR - why there is nothing to compare with: special-day, no-history or not-connected; else empty
-- column better VARCHAR - higher
-- column trace DOUBLE[] % by hour, the last 24 hours, oldest first; null in an hour without events, and while none is connected
-- column usual_low DOUBLE[] - null
-- column usual_high DOUBLE[] - null
-- column n BIGINT cases events of today that it is a share of
-- rows one
WITH lately AS (
    SELECT occurred_at >= $day_from AS is_today, (epoch_us($as_of) - epoch_us(occurred_at)) // 3600000000 AS hours_ago,
           CASE WHEN is_proactive THEN 100.0 ELSE 0.0 END AS found
    FROM events_at WHERE mode = $mode AND occurred_at > $as_of - INTERVAL 26 HOUR
), hours AS (
    SELECT all_hours.h AS hours_ago, avg(lately.found) AS found
    FROM range(0, 24) AS all_hours(h) LEFT JOIN lately ON lately.hours_ago = all_hours.h
    GROUP BY all_hours.h
), spread AS (
    SELECT array_agg(found ORDER BY hours_ago DESC) AS trace FROM hours
), today AS (
    SELECT avg(CASE WHEN is_today THEN found END) AS found, count(CASE WHEN is_today THEN 1 END) AS n FROM lately
), like_day AS (
    SELECT avg(CASE WHEN is_proactive THEN 100.0 ELSE 0.0 END) AS found
    FROM week_ago WHERE mode = $mode AND occurred_at >= $week_from
)
SELECT 'proactive_pct' AS figure, CASE WHEN finders_at.is_any THEN today.found END AS value,
       CASE WHEN finders_at.is_any THEN '' ELSE 'no-proactive-source' END AS value_why, 'percent' AS format, 'unit-percent' AS unit,
       CASE WHEN $week_is_like AND heard_week.is_heard AND finders_at.is_any AND finders_week.is_any
            THEN like_day.found END AS compare,
       'last_week' AS compare_kind,
       CASE WHEN NOT $week_is_like THEN 'special-day' WHEN NOT heard_week.is_heard THEN 'no-history'
            WHEN NOT finders_week.is_any THEN 'not-connected' ELSE '' END AS compare_why,
       'higher' AS better, CASE WHEN finders_at.is_any THEN spread.trace END AS trace, CAST(NULL AS DOUBLE[]) AS usual_low, CAST(NULL AS DOUBLE[]) AS usual_high,
       today.n
FROM today CROSS JOIN like_day CROSS JOIN heard_week CROSS JOIN finders_at CROSS JOIN finders_week CROSS JOIN spread
