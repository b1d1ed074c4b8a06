-- link_health.sql: each department's link at one moment.
-- param   as_of          TIMESTAMPTZ  UTC      the moment
-- param   late_s         INTEGER      s        without a record for longer: late
-- param   down_s         INTEGER      s        without an answer for longer: down
-- reads   departments, link_probes
-- column  dept_id        VARCHAR      -        department
-- column  as_of          TIMESTAMPTZ  UTC      the moment
-- column  state          VARCHAR      -        ok, late, down or unknown
-- column  state_since    TIMESTAMPTZ  UTC      since when; null if unknown or ok
-- column  last_ok_at     TIMESTAMPTZ  UTC      last answer; null if never
-- column  last_record_at TIMESTAMPTZ  UTC      newest record; null if never
-- column  latency_p50_ms INTEGER      ms       median of the last hour; null without an answer
-- column  n_records_24h  BIGINT       records  of the last 24 h; null if never probed
-- column  uptime_30d_pct REAL         %        answered probes of the last 30 days; null if never probed
-- rows    one per department of the pack, by id
WITH probes AS (
    SELECT dept_id, occurred_at, is_ok, latency_ms, n_records, last_record_at
    FROM link_probes WHERE occurred_at <= $as_of AND occurred_at > $as_of - INTERVAL 30 DAY
), summed AS (
    SELECT dept_id, max(CASE WHEN is_ok THEN occurred_at END) AS last_ok_at, max(last_record_at) AS last_record_at,
           CAST(median(CASE WHEN is_ok AND occurred_at > $as_of - INTERVAL 1 HOUR THEN latency_ms END) AS INTEGER) AS latency_p50_ms,
           CAST(sum(CASE WHEN occurred_at > $as_of - INTERVAL 24 HOUR THEN n_records ELSE 0 END) AS BIGINT) AS n_records_24h,
           CAST(100.0 * count(CASE WHEN is_ok THEN 1 END) / count(*) AS REAL) AS uptime_30d_pct
    FROM probes GROUP BY dept_id
), judged AS (
    SELECT departments.dept_id, summed.last_ok_at, summed.last_record_at, summed.latency_p50_ms, summed.n_records_24h, summed.uptime_30d_pct,
           CASE WHEN summed.dept_id IS NULL THEN 'unknown'
                WHEN summed.last_ok_at IS NULL OR date_diff('second', summed.last_ok_at, $as_of) > $down_s THEN 'down'
                WHEN summed.last_record_at IS NULL OR date_diff('second', summed.last_record_at, $as_of) > $late_s THEN 'late'
                ELSE 'ok' END AS state
    FROM departments LEFT JOIN summed ON summed.dept_id = departments.dept_id
)
SELECT dept_id, $as_of AS as_of, state,
       CASE state WHEN 'down' THEN last_ok_at WHEN 'late' THEN last_record_at END AS state_since,
       last_ok_at, last_record_at, latency_p50_ms, n_records_24h, uptime_30d_pct
FROM judged ORDER BY dept_id
