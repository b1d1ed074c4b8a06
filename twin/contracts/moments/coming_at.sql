-- coming_at.sql: what comes next of every open event. From the target on it is due to be handed to the next level up; before that
-- a unit has to be on site within the time that is given for it, the clock turns amber, and then it runs out.
-- uses clocks_at
-- uses leads_at
-- param   as_of         TIMESTAMPTZ  UTC    what had happened by then
-- param   known_at      TIMESTAMPTZ  UTC    and had been recorded by then
-- param   amber_pct     INTEGER      %      share of the target from which a clock is amber
-- param   arrival_s     INTEGER      s      a unit should be on site by then
-- reads   event_facts, dispatches
-- column  event_id      VARCHAR      -      event
-- column  unit_name     VARCHAR      -      unit that leads; null while none does
-- column  next          VARCHAR      -      amber, on-site, on-site-late, runs-out, escalate or no-target
-- column  next_s        BIGINT       s      until then; below zero since then; null without a target
-- column  next_level    VARCHAR      -      level above the one that holds it; null at the top
-- rows    one per open event, in no order
SELECT event_id, unit_name, next,
       CASE next WHEN 'on-site' THEN on_site_in_s WHEN 'on-site-late' THEN on_site_in_s WHEN 'amber' THEN amber_in_s ELSE left_s END AS next_s,
       CASE level WHEN 'community' THEN 'street' WHEN 'street' THEN 'district' WHEN 'district' THEN 'city' END AS next_level
FROM (
    SELECT event_id, unit_name, level, left_s, amber_in_s, on_site_in_s,
           CASE WHEN left_s IS NULL THEN 'no-target' WHEN left_s <= 0 THEN 'escalate' WHEN on_site_in_s <= 0 THEN 'on-site-late'
                WHEN on_site_in_s < left_s AND (amber_in_s <= 0 OR on_site_in_s < amber_in_s) THEN 'on-site'
                WHEN amber_in_s <= 0 THEN 'runs-out' ELSE 'amber' END AS next
    FROM (
        SELECT clocks_at.event_id, leads_at.unit_name, clocks_at.level, clocks_at.left_s,
               (CAST($amber_pct AS BIGINT) * clocks_at.target_s + 99) // 100 - clocks_at.elapsed_s AS amber_in_s,
               CASE WHEN clocks_at.clock = 'closure' AND leads_at.n_units > 0 AND leads_at.n_arrived = 0
                    THEN $arrival_s - clocks_at.elapsed_s END AS on_site_in_s
        FROM clocks_at LEFT JOIN leads_at ON leads_at.event_id = clocks_at.event_id
    ) AS running
) AS told
