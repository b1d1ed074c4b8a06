-- layers/drone_coverage/uses.sql: the fleet by what it is for: registered, integrated, online, in the air.
-- uses fleet_at
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param drone_flying_s INTEGER s an aircraft in the air is lost after this silence
-- param drone_docked_s INTEGER s an aircraft on the ground is lost after this silence
-- reads drone_states, drones
-- column use_case VARCHAR - main use by the register, as the register has it
-- column n_registered BIGINT aircraft in the register
-- column n_integrated BIGINT aircraft whose picture and position reach the city
-- column n_online BIGINT aircraft integrated and heard of in time
-- column n_flying BIGINT aircraft integrated and in the air
-- column battery_pct DOUBLE % median charge of those online; null where none says
-- rows one per use, most aircraft first, then by name
SELECT use_case, count(*) AS n_registered, count(CASE WHEN is_integrated THEN 1 END) AS n_integrated,
       count(CASE WHEN is_integrated AND is_online THEN 1 END) AS n_online,
       count(CASE WHEN is_integrated AND is_flying THEN 1 END) AS n_flying,
       CAST(median(CASE WHEN is_integrated THEN battery_pct END) AS DOUBLE) AS battery_pct
FROM fleet_at GROUP BY use_case
ORDER BY n_registered DESC, use_case
