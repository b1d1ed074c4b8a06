-- links_at.sql: each department's link at one moment, by the probes that were known at another: the
-- one home of its rule. A record stamped later than the row that tells of it was recorded, or than
-- the moment itself, is not believed: a feed that once stamps a record a year ahead must not keep a
-- silent link fine. A link that has been down for months still says since when: what 30 days do not
-- tell is looked for in the whole log, and only then, for a publisher asks every tick.
-- param   as_of           TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at        TIMESTAMPTZ  UTC      and had been recorded by then
-- param   link_late_s     INTEGER      s        without a record for longer: late
-- param   link_down_s     INTEGER      s        without an answer for longer: down
-- reads   departments, link_probes
-- column  dept_id         VARCHAR      -        department
-- column  state           VARCHAR      -        ok, late, down or unknown (never probed)
-- column  state_since     TIMESTAMPTZ  UTC      since when; null if ok or unknown, and if it never answered or brought any
-- column  last_ok_at      TIMESTAMPTZ  UTC      last answer; null if never
-- column  last_record_at  TIMESTAMPTZ  UTC      newest record; null if never
-- column  latency_p50_ms  INTEGER      ms       median of the last hour, rounded; null without an answer
-- column  n_records_24h   BIGINT       records  of the last 24 h; null if not probed in them
-- column  uptime_30d_pct  REAL         %        answered probes of the last 30 days; null if not probed in them
-- rows    one per department of the pack, in no order
WITH lately AS (
    SELECT dept_id, max(CASE WHEN is_ok THEN occurred_at END) AS last_ok_at,
           max(CASE WHEN last_record_at <= recorded_at AND last_record_at <= $as_of
                    THEN last_record_at END) AS last_record_at,
           CAST(round(median(CASE WHEN is_ok AND occurred_at > $as_of - INTERVAL 1 HOUR
                                  THEN latency_ms END)) AS INTEGER) AS latency_p50_ms,
           CAST(sum(CASE WHEN occurred_at > $as_of - INTERVAL 24 HOUR
                         THEN n_records END) AS BIGINT) AS n_records_24h,
           CAST(100.0 * count(CASE WHEN is_ok THEN 1 END) / count(*) AS REAL) AS uptime_30d_pct
    FROM link_probes
    WHERE occurred_at <= $as_of AND occurred_at > $as_of - INTERVAL 720 HOUR
      AND recorded_at <= $known_at
    GROUP BY dept_id
), last_hour AS (
    SELECT dept_id, CAST(round(median(latency_ms)) AS INTEGER) AS latency_p50_ms
    FROM link_probes
    WHERE occurred_at <= $as_of AND occurred_at > $as_of - INTERVAL 1 HOUR AND recorded_at <= $known_at AND is_ok
    GROUP BY dept_id
), silent AS (
    SELECT departments.dept_id
    FROM departments LEFT JOIN lately ON lately.dept_id = departments.dept_id
    WHERE lately.last_ok_at IS NULL OR lately.last_record_at IS NULL
          OR lately.last_record_at <= $as_of - INTERVAL 720 HOUR
), before AS (
    SELECT link_probes.dept_id, link_probes.occurred_at, link_probes.recorded_at, link_probes.is_ok,
           link_probes.last_record_at
    FROM link_probes JOIN silent ON silent.dept_id = link_probes.dept_id
    WHERE link_probes.occurred_at <= $as_of - INTERVAL 720 HOUR
      AND link_probes.recorded_at <= $known_at
    UNION ALL
    SELECT dept_id, occurred_at, recorded_at, is_ok, last_record_at
    FROM link_probes
    WHERE occurred_at <= $as_of - INTERVAL 720 HOUR AND recorded_at <= $known_at
          AND last_record_at > $as_of - INTERVAL 720 HOUR
), older AS (
    SELECT dept_id, max(CASE WHEN is_ok THEN occurred_at END) AS last_ok_at,
           max(CASE WHEN last_record_at <= recorded_at AND last_record_at <= $as_of
                    THEN last_record_at END) AS last_record_at
    FROM before GROUP BY dept_id
), merged AS (
    SELECT departments.dept_id,
           lately.dept_id IS NOT NULL OR older.dept_id IS NOT NULL AS is_probed,
           coalesce(lately.last_ok_at, older.last_ok_at) AS last_ok_at,
           CASE WHEN lately.last_record_at >= older.last_record_at OR older.last_record_at IS NULL
                THEN lately.last_record_at ELSE older.last_record_at END AS last_record_at,
           last_hour.latency_p50_ms, lately.n_records_24h, lately.uptime_30d_pct
    FROM departments
    LEFT JOIN lately ON lately.dept_id = departments.dept_id
    LEFT JOIN last_hour ON last_hour.dept_id = departments.dept_id
    LEFT JOIN older ON older.dept_id = departments.dept_id
), judged AS (
    SELECT dept_id, last_ok_at, last_record_at, latency_p50_ms, n_records_24h, uptime_30d_pct,
           CASE WHEN NOT is_probed THEN 'unknown'
                WHEN last_ok_at IS NULL
                     OR last_ok_at < $as_of - INTERVAL 1 SECOND * $link_down_s THEN 'down'
                WHEN last_record_at IS NULL
                     OR last_record_at < $as_of - INTERVAL 1 SECOND * $link_late_s THEN 'late'
                ELSE 'ok' END AS state
    FROM merged
)
SELECT dept_id, state,
       CASE state WHEN 'down' THEN last_ok_at WHEN 'late' THEN last_record_at END AS state_since,
       last_ok_at, last_record_at, latency_p50_ms, n_records_24h, uptime_30d_pct
FROM judged
