-- alert_beats.sql: signs of life whose absence is an alert: states of aircraft, answered probes of links. Of those that follow
-- one another within their limit only the ends are told; one that happened before another that was known already is none.
-- A link's first probe stands here without an answer, too.
-- param   drones_after TIMESTAMPTZ  UTC   states came into force later than this
-- param   drones_from  TIMESTAMPTZ  UTC   or happened later than this
-- param   links_after  TIMESTAMPTZ  UTC   probes came into force later than this
-- param   links_from   TIMESTAMPTZ  UTC   or happened later than this
-- param   drone_limit_us BIGINT     us    shortest silence of aircraft that is an alert
-- param   link_limit_us BIGINT      us    the same of links
-- param   as_of        TIMESTAMPTZ  UTC   and by then
-- reads   drone_states, link_probes, departments
-- column  subject_kind VARCHAR      -     drone or link
-- column  subject_id   VARCHAR      -     aircraft, or department
-- column  k_us         BIGINT       us    from when it was known, since 1970
-- column  o_us         BIGINT       us    when it happened, since 1970
-- column  is_beat      BOOLEAN      -     a sign of life, else the first probe of a link, which nothing answered
-- column  is_watched   BOOLEAN      -     silence after it may be an alert: the aircraft is in the air, and the next sign did not come in time
-- column  is_safety    BOOLEAN      -     of a link whether it endangers people; null if no department has it, and of aircraft
-- column  lon_ud       INTEGER      1e-6deg  longitude; null of a link
-- column  lat_ud       INTEGER      1e-6deg  latitude; null of a link
-- rows    one per end of a row of them, by kind, subject, k_us, o_us
WITH beats AS (
    SELECT 'drone' AS subject_kind, drone_id AS subject_id, greatest(occurred_at, recorded_at) AS k, occurred_at, TRUE AS is_beat,
           mode IN ('flying', 'returning') AS is_watched, CAST(NULL AS BOOLEAN) AS is_safety, lon_ud, lat_ud,
           $drone_limit_us AS limit_us
    FROM drone_states
    WHERE occurred_at <= $as_of AND (greatest(occurred_at, recorded_at) > $drones_after OR occurred_at > $drones_from)
    UNION ALL
    SELECT 'link', link_probes.dept_id, greatest(occurred_at, recorded_at), occurred_at, is_ok, TRUE,
           departments.is_public_safety = 'yes', NULL, NULL, $link_limit_us
    FROM link_probes LEFT JOIN departments ON departments.dept_id = link_probes.dept_id
    WHERE occurred_at <= $as_of AND (greatest(occurred_at, recorded_at) > $links_after OR occurred_at > $links_from)
), in_order AS (
    SELECT subject_kind, subject_id, k, occurred_at, is_beat, is_watched, is_safety, lon_ud, lat_ud, limit_us,
           max(occurred_at) OVER (PARTITION BY subject_kind, subject_id, is_beat ORDER BY k, occurred_at
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest_before,
           row_number() OVER (PARTITION BY subject_kind, subject_id ORDER BY k, occurred_at) AS nth
    FROM beats WHERE k <= $as_of
), beside AS (
    SELECT subject_kind, subject_id, epoch_us(k) AS k_us, epoch_us(occurred_at) AS o_us, is_beat, is_watched, is_safety, lon_ud, lat_ud,
           limit_us, lag(epoch_us(occurred_at)) OVER in_time AS before_us, lag(is_watched) OVER in_time AS was_watched,
           lead(epoch_us(k)) OVER in_time AS next_us
    FROM in_order WHERE (nth = 1 AND NOT is_beat) OR (is_beat AND (newest_before IS NULL OR occurred_at > newest_before))
    WINDOW in_time AS (PARTITION BY subject_kind, subject_id, is_beat ORDER BY k, occurred_at)
)
SELECT subject_kind, subject_id, k_us, o_us, is_beat, is_watched AND (next_us IS NULL OR next_us >= o_us + limit_us) AS is_watched,
       is_safety, lon_ud, lat_ud
FROM beside
WHERE before_us IS NULL OR next_us IS NULL OR next_us >= o_us + limit_us OR k_us >= before_us + limit_us OR was_watched <> is_watched
ORDER BY subject_kind, subject_id, k_us, o_us
