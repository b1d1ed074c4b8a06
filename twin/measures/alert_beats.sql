-- alert_beats.sql: signs of life whose absence is an alert: states of aircraft, answered probes of links.
-- param   drones_after TIMESTAMPTZ  UTC   states came into force later than this
-- param   links_after  TIMESTAMPTZ  UTC   probes came into force later than this
-- param   as_of        TIMESTAMPTZ  UTC   and by then
-- reads   drone_states, link_probes, departments
-- column  subject_kind VARCHAR      -     drone or link
-- column  subject_id   VARCHAR      -     aircraft, or department
-- column  k_us         BIGINT       us    from when it was known, since 1970
-- column  o_us         BIGINT       us    when it happened, since 1970
-- column  is_beat      BOOLEAN      -     a sign of life; a probe without an answer is none
-- column  is_watched   BOOLEAN      -     silence after it is an alert: the aircraft is in the air
-- column  is_safety    BOOLEAN      -     of a link whether it endangers people; null if no department has it, and of aircraft
-- column  lon_ud       INTEGER      1e-6deg  longitude; null of a link
-- column  lat_ud       INTEGER      1e-6deg  latitude; null of a link
-- rows    one per state or probe, by kind, subject, k_us, o_us
WITH beats AS (
    SELECT 'drone' AS subject_kind, drone_id AS subject_id, greatest(occurred_at, recorded_at) AS k, occurred_at, TRUE AS is_beat,
           mode IN ('flying', 'returning') AS is_watched, CAST(NULL AS BOOLEAN) AS is_safety, lon_ud, lat_ud
    FROM drone_states WHERE occurred_at <= $as_of AND greatest(occurred_at, recorded_at) > $drones_after
    UNION ALL
    SELECT 'link', link_probes.dept_id, greatest(occurred_at, recorded_at), occurred_at, is_ok, TRUE,
           departments.is_public_safety = 'yes', NULL, NULL
    FROM link_probes LEFT JOIN departments ON departments.dept_id = link_probes.dept_id
    WHERE occurred_at <= $as_of AND greatest(occurred_at, recorded_at) > $links_after
)
SELECT subject_kind, subject_id, epoch_us(k) AS k_us, epoch_us(occurred_at) AS o_us, is_beat, is_watched, is_safety, lon_ud, lat_ud
FROM beats WHERE k <= $as_of
ORDER BY subject_kind, subject_id, k_us, o_us
