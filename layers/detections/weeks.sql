-- layers/detections/weeks.sql: how much of what models saw people confirmed, class by class and week by week, with the 95 %
-- interval of Wilson. Weeks are those of ISO 8601 on the city's calendar, from Monday; the first may lack days before it.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param seen_hours INTEGER h detections of so many hours count
-- param city_zone VARCHAR - time zone of the city
-- uses detections_at
-- reads detections
-- column class VARCHAR - what models say they saw; a message key where there is one
-- column iso_year INTEGER year year that the week belongs to
-- column iso_week INTEGER week number of the week
-- column week VARCHAR - both in one
-- column n BIGINT detections seen in the week
-- column n_judged BIGINT verdicts judged by a person
-- column n_confirmed BIGINT verdicts confirmed
-- column precision_pct DOUBLE % confirmed, of those judged; null without any
-- column low_pct DOUBLE % least that it is with 95 % confidence; null without any
-- column high_pct DOUBLE % most that it is; null without any
-- rows one per class and week in which it was seen, by class, the newest week first
WITH seen AS (
    SELECT class, human_verdict, date_trunc('week', timezone($city_zone, occurred_at)) + INTERVAL 72 HOUR AS thursday
    FROM detections_at
), counted AS (
    SELECT class, thursday, year(thursday) AS iso_year, count(*) AS n, count(human_verdict) AS n_judged,
           count(CASE WHEN human_verdict = 'confirmed' THEN 1 END) AS n_confirmed
    FROM seen GROUP BY class, thursday
), shares AS ( -- a year's first Thursday lies in its first week
    SELECT class, iso_year, (epoch_us(thursday) - epoch_us(date_trunc('year', thursday))) // 604800000000 + 1 AS iso_week, n, n_judged,
           n_confirmed, CASE WHEN n_judged > 0 THEN n_confirmed / CAST(n_judged AS DOUBLE) END AS p, CAST(n_judged AS DOUBLE) AS m,
           1.959963984540054 * 1.959963984540054 AS zz
    FROM counted
), wilson AS (
    SELECT class, iso_year, iso_week, n, n_judged, n_confirmed, p, (p + zz / (2 * m)) / (1 + zz / m) AS middle,
           sqrt(zz) * sqrt(p * (1 - p) / m + zz / (4 * m * m)) / (1 + zz / m) AS half
    FROM shares
)
SELECT class, CAST(iso_year AS INTEGER) AS iso_year, CAST(iso_week AS INTEGER) AS iso_week,
       iso_year || CASE WHEN iso_week < 10 THEN '-W0' ELSE '-W' END || iso_week AS week, n, n_judged, n_confirmed,
       100 * p AS precision_pct, CASE WHEN n_judged > 0 THEN 100 * greatest(middle - half, 0) END AS low_pct,
       CASE WHEN n_judged > 0 THEN 100 * least(middle + half, 1) END AS high_pct
FROM wilson ORDER BY wilson.class, wilson.iso_year DESC, wilson.iso_week DESC
