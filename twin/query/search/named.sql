-- named.sql: events of which each of up to three words names the kind, the street or the district; a word that names none stands in
-- the title. Newest first. What a word does not name is folded away before any row is read, so that its column is not.
-- uses    events_at
-- param   as_of        TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC      and had been recorded by then
-- param   mode         VARCHAR      -        live or drill; the other is left out
-- param   kinds_1      VARCHAR[]    -        kinds of trouble that the first word names
-- param   streets_1    VARCHAR[]    -        streets that it names
-- param   districts_1  VARCHAR[]    -        districts that it names
-- param   kinds_2      VARCHAR[]    -        kinds of trouble that the second word names
-- param   streets_2    VARCHAR[]    -        streets that it names
-- param   districts_2  VARCHAR[]    -        districts that it names
-- param   kinds_3      VARCHAR[]    -        kinds of trouble that the third word names
-- param   streets_3    VARCHAR[]    -        streets that it names
-- param   districts_3  VARCHAR[]    -        districts that it names
-- param   text_1       VARCHAR      -        first word in small letters; '' for none
-- param   form_1       VARCHAR      -        the same with capitals; '' where it has none
-- param   text_2       VARCHAR      -        second word in small letters; '' for none
-- param   form_2       VARCHAR      -        the same with capitals; '' where it has none
-- param   text_3       VARCHAR      -        third word in small letters; '' for none
-- param   form_3       VARCHAR      -        the same with capitals; '' where it has none
-- param   most         INTEGER      events   rows at most
-- reads   event_facts
-- column  id           VARCHAR      -        event
-- column  title        VARCHAR      -        a line that names it
-- column  category     VARCHAR      -        kind of trouble
-- column  priority     TINYINT      level    1 worst
-- column  is_open      BOOLEAN      -        opened, and not closed since
-- column  age_s        BIGINT       s        since the order was opened
-- column  district_id  VARCHAR      -        district; null where unknown
-- column  street_code  VARCHAR      -        street-level unit; null where unknown
-- column  lon_ud       INTEGER      1e-6deg  longitude, WGS 84; null where unknown
-- column  lat_ud       INTEGER      1e-6deg  latitude, WGS 84; null where unknown
-- rows    one per event, newest first, then by id
SELECT event_id AS id, title, category, priority, is_open, age_s, district_id, street_code, lon_ud, lat_ud
FROM events_at
WHERE mode = $mode
  AND ((len($kinds_1) > 0 AND array_contains($kinds_1, category))
       OR (len($streets_1) > 0 AND array_contains($streets_1, street_code))
       OR (len($districts_1) > 0 AND array_contains($districts_1, district_id))
       OR (len($kinds_1) + len($streets_1) + len($districts_1) = 0
           AND ($text_1 = '' OR contains(title, $text_1) OR ($form_1 <> '' AND contains(title, $form_1)))))
  AND ((len($kinds_2) > 0 AND array_contains($kinds_2, category))
       OR (len($streets_2) > 0 AND array_contains($streets_2, street_code))
       OR (len($districts_2) > 0 AND array_contains($districts_2, district_id))
       OR (len($kinds_2) + len($streets_2) + len($districts_2) = 0
           AND ($text_2 = '' OR contains(title, $text_2) OR ($form_2 <> '' AND contains(title, $form_2)))))
  AND ((len($kinds_3) > 0 AND array_contains($kinds_3, category))
       OR (len($streets_3) > 0 AND array_contains($streets_3, street_code))
       OR (len($districts_3) > 0 AND array_contains($districts_3, district_id))
       OR (len($kinds_3) + len($streets_3) + len($districts_3) = 0
           AND ($text_3 = '' OR contains(title, $text_3) OR ($form_3 <> '' AND contains(title, $form_3)))))
ORDER BY created_at DESC, event_id LIMIT $most
