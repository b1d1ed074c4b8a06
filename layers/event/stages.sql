-- layers/event/stages.sql: the way of one event through the stages: each entry that counted then, in the order of the world.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param event VARCHAR - the event
-- reads event_stages, events, alert_rules
-- column stage VARCHAR - stage entered
-- column entered_at TIMESTAMPTZ UTC when
-- column dwell_s BIGINT s until the next was entered; until the moment looked at for the last
-- column target_s BIGINT s from then on a rule of alerts says that it stays too long; null for a stage without one
-- column is_back BOOLEAN - it went back to a stage before the one that it came from
-- column actor VARCHAR - who moved it
-- column note VARCHAR - what was done; null where nothing is said
-- column late_s BIGINT s from the entry until it was recorded
-- rows one per entry, earliest first
WITH entries AS (
    SELECT stage, occurred_at, actor, note, recorded_at,
           CASE stage WHEN 'sense' THEN 1 WHEN 'monitor' THEN 2 WHEN 'judge' THEN 3 WHEN 'warn' THEN 4 WHEN 'handle' THEN 5 ELSE 6 END AS place
    FROM event_stages
    WHERE event_id = $event AND recorded_at <= $known_at AND occurred_at <= $as_of
), corrected AS (
    SELECT stage, replaces_at FROM event_stages
    WHERE event_id = $event AND recorded_at <= $known_at AND replaces_at IS NOT NULL
), standing AS (
    SELECT entries.stage, entries.occurred_at, entries.actor, entries.note, entries.recorded_at, entries.place
    FROM entries LEFT JOIN corrected ON corrected.stage = entries.stage AND corrected.replaces_at = entries.occurred_at
    WHERE corrected.stage IS NULL
), limits AS ( -- the shortest of the rules that are for events of this level
    SELECT applies_to AS stage, CAST(round(min(threshold)) AS BIGINT) AS target_s
    FROM alert_rules
    WHERE signal = 'event_stage' AND (priority IS NULL OR priority >= (
        SELECT max_by(priority, version) FROM events WHERE event_id = $event AND recorded_at <= $known_at))
    GROUP BY applies_to
)
SELECT standing.stage, occurred_at AS entered_at,
       (epoch_us(coalesce(lead(occurred_at) OVER (ORDER BY occurred_at, place), $as_of)) - epoch_us(occurred_at)) // 1000000 AS dwell_s,
       limits.target_s,
       coalesce(lag(place) OVER (ORDER BY occurred_at, place) > place, FALSE) AS is_back, actor, note,
       (epoch_us(recorded_at) - epoch_us(occurred_at)) // 1000000 AS late_s
FROM standing LEFT JOIN limits ON limits.stage = standing.stage
ORDER BY occurred_at, place
