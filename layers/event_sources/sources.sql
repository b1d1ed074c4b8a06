-- layers/event_sources/sources.sql: what each source of events brings, against what is usual of it at this hour of the week.
-- Usual is told by the same time of the weeks before, by the city's clocks, of those since the source was first heard of, $reach_hours back at most:
-- median, and its spread, 1.4826 times the median distance from it. With fewer than $least_weeks of them nothing is usual.
-- The band is two spreads to either side. A source is silent once its last event is longer ago than $silent_gaps of its
-- median gaps, in the whole city; it surges with more in the last hour than the mean of that hour of the week and $surge_sds
-- standard deviations. A count scatters by its root at least, and by one event: a few weeks that happen to be alike
-- must not call the next one odd, so for band and surge neither spread nor deviation is less than that.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param day_from TIMESTAMPTZ UTC start of the city's day
-- param weeks_s INTEGER[] s how long before that moment the same time of each week was; one of them 0
-- param week_days_s INTEGER[] s how long before that day the day of each of them began; one of them 0
-- param reach_hours INTEGER h how far back events are looked for: beyond, a source is as one never heard of
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param least_weeks INTEGER weeks fewer of them say nothing usual
-- param gap_days INTEGER days gaps of so many days before a source's last event say how long it is silent as a rule
-- param least_gaps INTEGER gaps fewer of them say nothing
-- param silent_gaps DOUBLE gaps silent for longer: interrupted
-- param surge_sds DOUBLE sds more above the mean: a surge
-- uses events_at
-- uses incidents_at
-- reads event_facts, event_sources, incidents
-- column source_id VARCHAR - source
-- column name VARCHAR - its name; its id where the pack does not know it
-- column name_en VARCHAR - its name in English
-- column is_assumed BOOLEAN - the pack assumes the name
-- column n_5min BIGINT events opened in the last 5 minutes; null of a source that is not heard of
-- column n_hour BIGINT events opened in the last hour; null of a source that is not heard of
-- column hour_mid DOUBLE events median of that hour of the week; null with too few weeks
-- column hour_low DOUBLE events least that is usual of it; null with too few weeks
-- column hour_high DOUBLE events most that is usual of it; null with too few weeks
-- column hour_mean DOUBLE events mean of that hour of the week; null with too few weeks
-- column hour_sd DOUBLE events its standard deviation; null with too few weeks
-- column n_day BIGINT events happened today and opened by then; null of a source that is not heard of
-- column day_mid DOUBLE events median of that day of the week up to this time; null with too few weeks
-- column day_spread DOUBLE events robust spread of it: 1.4826 times the median distance; null with too few weeks
-- column day_low DOUBLE events least that is usual of it; null with too few weeks
-- column day_high DOUBLE events most that is usual of it; null with too few weeks
-- column n_weeks BIGINT weeks how many weeks that is told by
-- column usual VARCHAR - today so far: usual, above, below; too_little with too few weeks
-- column share_pct DOUBLE % of all of today; null while there is none
-- column proactive_pct DOUBLE % of its events of today found before anybody complained; null while there is none
-- column merged_pct DOUBLE % of its events of today that were that are part of an incident; null where there is none
-- column since_s BIGINT s since its last event, in the whole city; null of a source that is not heard of
-- column gap_s DOUBLE s its median gap; null with too few gaps
-- column n_gaps BIGINT gaps how many gaps that is of
-- column state VARCHAR - silent, surge, too_little, fine, in this order; the first that is so
-- column named VARCHAR - message key of the state
-- column all_day BIGINT events of all sources today so far
-- column all_proactive_pct DOUBLE % of them, found before anybody complained; null while there is none
-- column all_merged_pct DOUBLE % of them, that are part of an incident; null where there is none
-- rows one per source of the pack, and of any other that is known; most of today first, then by the pack's order
WITH same AS ( -- 12 hours to either side: a change of the clocks never takes a time into another week
    SELECT (each.s + 43200) // 604800 AS weeks_ago, epoch_us($as_of) - CAST(each.s AS BIGINT) * 1000000 AS to_us
    FROM (SELECT unnest($weeks_s) AS s) AS each
), begun AS (
    SELECT (each.s + 43200) // 604800 AS weeks_ago, epoch_us($day_from) - CAST(each.s AS BIGINT) * 1000000 AS day_us
    FROM (SELECT unnest($week_days_s) AS s) AS each
), times AS (
    SELECT same.weeks_ago, same.to_us, begun.day_us FROM same JOIN begun ON begun.weeks_ago = same.weeks_ago
), lately AS (
    SELECT event_id, source_id, epoch_us(occurred_at) AS occurred_us, epoch_us(created_at) AS created_us, is_proactive,
           $district = '' OR coalesce(district_id, '') = $district OR coalesce(array_contains($zone_streets, street_code), FALSE) AS is_here
    FROM events_at
    WHERE mode = $mode AND created_at <= $as_of AND created_at > $as_of - INTERVAL 1 HOUR * $reach_hours
), counted AS (
    SELECT lately.source_id, times.weeks_ago, count(CASE WHEN lately.created_us > times.to_us - 300000000 THEN 1 END) AS n_5min,
           count(CASE WHEN lately.created_us > times.to_us - 3600000000 THEN 1 END) AS n_hour,
           count(CASE WHEN lately.occurred_us >= times.day_us THEN 1 END) AS n_day,
           count(CASE WHEN lately.occurred_us >= times.day_us AND lately.is_proactive THEN 1 END) AS n_proactive
    FROM lately JOIN times ON times.weeks_ago = (epoch_us($as_of) - lately.created_us + 43200000000) // 604800000000
    WHERE lately.is_here AND lately.created_us <= times.to_us
      AND (lately.created_us > times.to_us - 3600000000 OR lately.occurred_us >= times.day_us)
    GROUP BY lately.source_id, times.weeks_ago
), ends AS (
    SELECT source_id, min(occurred_us) AS first_us, max(created_us) AS last_us FROM lately GROUP BY source_id
), steps AS (
    SELECT lately.source_id, lately.created_us - lag(lately.created_us) OVER (PARTITION BY lately.source_id ORDER BY lately.created_us) AS gap_us
    FROM lately JOIN ends ON ends.source_id = lately.source_id
    WHERE lately.created_us > ends.last_us - CAST($gap_days AS BIGINT) * 86400000000
), gaps AS (
    SELECT source_id, median(gap_us) / 1e6 AS gap_s, count(gap_us) AS n_gaps FROM steps GROUP BY source_id
), heard AS (
    SELECT ends.source_id, ends.first_us, ends.last_us, gaps.gap_s, gaps.n_gaps
    FROM ends JOIN gaps ON gaps.source_id = ends.source_id
), known AS (
    SELECT source_id, slot, name, name_en, status = 'assumed' AS is_assumed FROM event_sources
    UNION ALL
    SELECT heard.source_id, 1000 AS slot, heard.source_id AS name, heard.source_id AS name_en, FALSE AS is_assumed FROM heard
    WHERE heard.source_id NOT IN (SELECT source_id FROM event_sources)
), weeks AS ( -- weeks that lie wholly in what is known of the source
    SELECT heard.source_id, times.weeks_ago FROM heard CROSS JOIN times
    WHERE times.weeks_ago > 0 AND least(times.day_us, times.to_us - 3600000000) >= heard.first_us
), past AS ( -- no row of a week is none in it
    SELECT weeks.source_id, coalesce(counted.n_hour, 0) AS n_hour, coalesce(counted.n_day, 0) AS n_day
    FROM weeks LEFT JOIN counted ON counted.source_id = weeks.source_id AND counted.weeks_ago = weeks.weeks_ago
), middles AS (
    SELECT source_id, count(*) AS n_weeks, median(n_hour) AS hour_mid, median(n_day) AS day_mid, avg(n_hour) AS hour_mean,
           stddev_samp(n_hour) AS hour_sd
    FROM past GROUP BY source_id
), spreads AS (
    SELECT past.source_id, 1.4826 * median(greatest(past.n_hour - middles.hour_mid, middles.hour_mid - past.n_hour)) AS hour_spread,
           1.4826 * median(greatest(past.n_day - middles.day_mid, middles.day_mid - past.n_day)) AS day_spread
    FROM past JOIN middles ON middles.source_id = past.source_id GROUP BY past.source_id
), norms AS (
    SELECT middles.source_id, middles.n_weeks, middles.hour_mid, middles.day_mid, middles.hour_mean, middles.hour_sd,
           spreads.hour_spread, spreads.day_spread
    FROM middles JOIN spreads ON spreads.source_id = middles.source_id WHERE middles.n_weeks >= $least_weeks
), merged AS ( -- events of today that are part of an incident
    SELECT lately.source_id, count(*) AS n FROM lately JOIN times ON times.weeks_ago = 0
    WHERE lately.is_here AND lately.occurred_us >= times.day_us
      AND lately.event_id IN (SELECT incidents_at.event_id FROM incidents_at WHERE incidents_at.mode = $mode)
    GROUP BY lately.source_id
), totals AS (
    SELECT CAST(coalesce(sum(n_day), 0) AS BIGINT) AS n_day, CAST(coalesce(sum(n_proactive), 0) AS BIGINT) AS n_proactive,
           (SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM merged) AS n_merged
    FROM counted WHERE weeks_ago = 0
), joined AS (
    SELECT known.source_id, known.slot, known.name, known.name_en, known.is_assumed, heard.last_us IS NOT NULL AS is_heard,
           coalesce(now.n_5min, 0) AS n_5min, coalesce(now.n_hour, 0) AS n_hour, coalesce(now.n_day, 0) AS n_day,
           coalesce(now.n_proactive, 0) AS n_proactive, norms.hour_mid, norms.hour_spread, norms.hour_mean, norms.hour_sd,
           norms.day_mid, norms.day_spread, coalesce(middles.n_weeks, 0) AS n_weeks,
           (epoch_us($as_of) - heard.last_us) // 1000000 AS since_s,
           CASE WHEN heard.n_gaps >= $least_gaps THEN heard.gap_s END AS gap_s, coalesce(heard.n_gaps, 0) AS n_gaps,
           epoch_us($as_of) - heard.last_us AS since_us, totals.n_day AS all_day, totals.n_proactive AS all_proactive,
           coalesce(merged.n, 0) AS n_merged, totals.n_merged AS all_merged
    FROM known CROSS JOIN totals LEFT JOIN heard ON heard.source_id = known.source_id
    LEFT JOIN counted AS now ON now.source_id = known.source_id AND now.weeks_ago = 0
    LEFT JOIN merged ON merged.source_id = known.source_id
    LEFT JOIN norms ON norms.source_id = known.source_id LEFT JOIN middles ON middles.source_id = known.source_id
), judged AS (
    SELECT source_id, slot, name, name_en, is_assumed, is_heard, n_5min, n_hour, n_day, n_proactive, hour_mid, hour_mean, hour_sd,
           day_mid, day_spread, n_weeks, since_s, gap_s, n_gaps, all_day, all_proactive, n_merged, all_merged,
           CASE WHEN hour_mid IS NOT NULL THEN greatest(hour_mid - 2 * greatest(hour_spread, sqrt(hour_mid), 1), 0) END AS hour_low,
           hour_mid + 2 * greatest(hour_spread, sqrt(hour_mid), 1) AS hour_high,
           CASE WHEN day_mid IS NOT NULL THEN greatest(day_mid - 2 * greatest(day_spread, sqrt(day_mid), 1), 0) END AS day_low,
           day_mid + 2 * greatest(day_spread, sqrt(day_mid), 1) AS day_high,
           CASE WHEN since_us > $silent_gaps * gap_s * 1e6 THEN 'silent'
                WHEN n_hour > hour_mean + $surge_sds * greatest(hour_sd, sqrt(hour_mean), 1) THEN 'surge'
                WHEN hour_mid IS NULL THEN 'too_little' ELSE 'fine' END AS state
    FROM joined
)
SELECT source_id, name, name_en, is_assumed, CASE WHEN is_heard THEN n_5min END AS n_5min, CASE WHEN is_heard THEN n_hour END AS n_hour,
       hour_mid, hour_low, hour_high, hour_mean, hour_sd, CASE WHEN is_heard THEN n_day END AS n_day, day_mid, day_spread, day_low, day_high,
       n_weeks, CASE WHEN day_mid IS NULL THEN 'too_little' WHEN n_day > day_high THEN 'above' WHEN n_day < day_low THEN 'below'
                     ELSE 'usual' END AS usual,
       CASE WHEN is_heard AND all_day > 0 THEN 100.0 * n_day / all_day END AS share_pct,
       CASE WHEN n_day > 0 THEN 100.0 * n_proactive / n_day END AS proactive_pct, CASE WHEN n_day > 0 THEN 100.0 * n_merged / n_day END AS merged_pct, since_s, gap_s,
       n_gaps, state, 'event_sources-' || CASE state WHEN 'too_little' THEN 'too-little' ELSE state END AS named, all_day,
       CASE WHEN all_day > 0 THEN 100.0 * all_proactive / all_day END AS all_proactive_pct,
       CASE WHEN all_day > 0 THEN 100.0 * all_merged / all_day END AS all_merged_pct
FROM judged ORDER BY judged.n_day DESC NULLS LAST, judged.slot NULLS LAST, judged.source_id NULLS LAST
