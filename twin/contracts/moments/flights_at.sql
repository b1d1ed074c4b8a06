-- flights_at.sql: flights of the last 50 hours (two of a city's days) at one moment, as known at
-- another, and as they stood at the same time a day ago: first the newest version that was known, then what
-- of it had happened. A take-off may be corrected into these hours or out of them, by any time:
-- every version of a flight that any version puts there is looked at.
-- param   as_of       TIMESTAMPTZ  UTC  what had happened by then
-- param   known_at    TIMESTAMPTZ  UTC  and had been recorded by then
-- param   before_at        TIMESTAMPTZ  UTC  the same time a day ago
-- param   before_known_at  TIMESTAMPTZ  UTC  what had been recorded by then was known at it
-- reads   missions
-- column  days_ago    INTEGER      days 0, or 1 for how it stood then
-- column  mission_id  VARCHAR      -    flight
-- column  mode        VARCHAR      -    live or drill
-- column  drone_id    VARCHAR      -    aircraft
-- column  started_at  TIMESTAMPTZ  UTC  take-off
-- column  ended_at    TIMESTAMPTZ  UTC  landing; null in the air
-- column  flown_m     REAL         m    way flown; null in the air
-- rows    one per flight that had begun, and moment; in no order
WITH versions AS (
    SELECT missions.mission_id, missions.version, missions.recorded_at, missions.mode,
           missions.drone_id, missions.started_at, missions.ended_at, missions.flown_m
    FROM missions
    JOIN (
        SELECT DISTINCT mission_id FROM missions
        WHERE started_at > $as_of - INTERVAL 50 HOUR AND started_at <= $as_of
          AND recorded_at <= $known_at
    ) AS lately ON lately.mission_id = missions.mission_id
    WHERE missions.recorded_at <= $known_at
), ranked AS (
    SELECT 0 AS days_ago, $as_of AS seen_at, mission_id, mode, drone_id, started_at, ended_at,
           flown_m, row_number() OVER (PARTITION BY mission_id ORDER BY version DESC) AS nth
    FROM versions
    UNION ALL
    SELECT 1, $before_at, mission_id, mode, drone_id, started_at, ended_at, flown_m,
           row_number() OVER (PARTITION BY mission_id ORDER BY version DESC)
    FROM versions WHERE recorded_at <= $before_known_at
)
SELECT days_ago, mission_id, mode, drone_id, started_at,
       CASE WHEN ended_at <= seen_at THEN ended_at END AS ended_at,
       CASE WHEN ended_at <= seen_at THEN flown_m END AS flown_m
FROM ranked WHERE nth = 1 AND started_at <= seen_at AND started_at > $as_of - INTERVAL 50 HOUR
