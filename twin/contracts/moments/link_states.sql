-- link_states.sql: each department's link as a picture shows it: as it was worked out when the
-- newest snapshot was published, where the picture is of that very moment (quick), else from the
-- log of probes: an older snapshot was judged by limits that may have changed. Both give the same
-- rows.
-- uses links_at
-- param   as_of           TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at        TIMESTAMPTZ  UTC      and had been recorded by then
-- param   from_newest     BOOLEAN      -        both moments are the newest snapshot's own
-- param   link_late_s     INTEGER      s        without a record for longer: late
-- param   link_down_s     INTEGER      s        without an answer for longer: down
-- reads   departments, link_probes, link_health
-- column  dept_id         VARCHAR      -        department
-- column  state           VARCHAR      -        ok, late, down or unknown (never probed)
-- column  state_since     TIMESTAMPTZ  UTC      since when; null if ok or unknown, and if it never answered or brought any
-- column  last_ok_at      TIMESTAMPTZ  UTC      last answer; null if never
-- column  last_record_at  TIMESTAMPTZ  UTC      newest record; null if never
-- column  latency_p50_ms  INTEGER      ms       median of the last hour, rounded; null without an answer
-- column  n_records_24h   BIGINT       records  of the last 24 h; null if not probed in them
-- column  uptime_30d_pct  REAL         %        answered probes of the last 30 days; null if not probed in them
-- rows    one per department, in no order
SELECT dept_id, state, state_since, last_ok_at, last_record_at, latency_p50_ms, n_records_24h,
       uptime_30d_pct
FROM link_health WHERE $from_newest
UNION ALL
SELECT dept_id, state, state_since, last_ok_at, last_record_at, latency_p50_ms, n_records_24h,
       uptime_30d_pct
FROM links_at WHERE NOT $from_newest
