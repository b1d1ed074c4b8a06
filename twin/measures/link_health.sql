-- link_health.sql: each department's link at the snapshot's moment, by what was known then.
-- uses links_at
-- param   as_of           TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at        TIMESTAMPTZ  UTC      and had been recorded by then
-- param   link_late_s     INTEGER      s        without a record for longer: late
-- param   link_down_s     INTEGER      s        without an answer for longer: down
-- reads   departments, link_probes
-- column  dept_id         VARCHAR      -        department
-- column  as_of           TIMESTAMPTZ  UTC      the moment
-- column  state           VARCHAR      -        ok, late, down or unknown
-- column  state_since     TIMESTAMPTZ  UTC      since when; null if ok or unknown, and if it never answered or brought any
-- column  last_ok_at      TIMESTAMPTZ  UTC      last answer; null if never
-- column  last_record_at  TIMESTAMPTZ  UTC      newest record; null if never
-- column  latency_p50_ms  INTEGER      ms       median of the last hour; null without an answer
-- column  n_records_24h   BIGINT       records  of the last 24 h; null if not probed in them
-- column  uptime_30d_pct  REAL         %        answered probes of the last 30 days; null if not probed in them
-- rows    one per department of the pack, by id
SELECT dept_id, $as_of AS as_of, state, state_since, last_ok_at, last_record_at, latency_p50_ms,
       n_records_24h, uptime_30d_pct
FROM links_at ORDER BY dept_id
