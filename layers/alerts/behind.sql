-- layers/alerts/behind.sql: the open alerts that one figure counts, one by one, by the rules of figures.sql.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- param mode VARCHAR - live or drill; the other never counts
-- param district VARCHAR - id of a district or a functional zone, or empty for the whole city
-- param zone_streets VARCHAR[] - streets of a functional zone that is chosen, else none
-- param of VARCHAR - the figure: alerts_open or alerts_urgent
-- uses alerts_at
-- reads alerts, districts
-- column alert_id VARCHAR - alert
-- column rule_id VARCHAR - rule that it breaks
-- column level TINYINT level the worst that it had by then
-- column subject_kind VARCHAR - what kind of thing it is about
-- column subject_id VARCHAR - what it is about
-- column district_id VARCHAR - district; null where unknown
-- column district VARCHAR - its name; null where unknown
-- column district_en VARCHAR - its name in English; null where unknown
-- column raised_at TIMESTAMPTZ UTC when its rule was broken for long enough
-- column is_acked BOOLEAN - acknowledged; never of what nobody acknowledges
-- column value DOUBLE see value as it was raised; null where there was none
-- column threshold DOUBLE see what it was held against; null where there was none
-- rows one per open alert, worst level first, then the newest, then by id
SELECT alerts_at.alert_id, alerts_at.rule_id, alerts_at.level, alerts_at.subject_kind, alerts_at.subject_id, alerts_at.district_id,
       districts.name AS district, districts.name_en AS district_en, alerts_at.raised_at, alerts_at.is_acked, alerts_at.value,
       alerts_at.threshold
FROM alerts_at
LEFT JOIN districts ON districts.district_id = alerts_at.district_id
WHERE alerts_at.mode = $mode AND alerts_at.is_open AND ($of = 'alerts_open' OR alerts_at.level = 1)
  AND ($district = '' OR alerts_at.district_id = $district OR array_contains($zone_streets, alerts_at.street_code))
ORDER BY alerts_at.level, alerts_at.raised_at DESC NULLS LAST, alerts_at.alert_id
