-- layers/indicators/domains.sql: the domains of city life: how many indicators each has, is told of, and has beyond their band.
-- uses indicator_states
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param indicator_periods INTEGER periods older than this many periods: no longer fresh
-- param from_snapshot BOOLEAN - both moments are the snapshot's own
-- reads indicator_latest, indicator_values, indicators
-- column domain VARCHAR - domain
-- column domain_en VARCHAR - in English
-- column n_listed BIGINT indicators of the catalogue
-- column n_fresh BIGINT indicators with a fresh value in any area
-- column n_beyond BIGINT indicators beyond their band in any area; null while none is fresh
-- column n_silent BIGINT indicators without a fresh value
-- rows one per domain, most beyond their band first, then most silent, then by name
WITH told AS (
    SELECT ind_id, max(CASE WHEN is_fresh THEN 1 ELSE 0 END) AS fresh, max(CASE WHEN beyond > 0 THEN 1 ELSE 0 END) AS beyond
    FROM indicator_states GROUP BY ind_id
), counted AS (
    SELECT indicators.domain, min(indicators.domain_en) AS domain_en, count(*) AS n_listed,
           CAST(coalesce(sum(told.fresh), 0) AS BIGINT) AS n_fresh, CAST(coalesce(sum(told.beyond), 0) AS BIGINT) AS n_beyond
    FROM indicators LEFT JOIN told ON told.ind_id = indicators.ind_id GROUP BY indicators.domain
)
SELECT domain, domain_en, n_listed, n_fresh, CASE WHEN n_fresh > 0 THEN n_beyond END AS n_beyond, n_listed - n_fresh AS n_silent
FROM counted ORDER BY CASE WHEN n_fresh > 0 THEN counted.n_beyond END DESC NULLS LAST, n_silent DESC, domain
