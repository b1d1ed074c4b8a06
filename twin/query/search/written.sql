-- written.sql: events whose title holds each of up to three words, newest first.
-- uses    events_at
-- param   as_of        TIMESTAMPTZ  UTC      what had happened by then
-- param   known_at     TIMESTAMPTZ  UTC      and had been recorded by then
-- param   mode         VARCHAR      -        live or drill; the other is left out
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
  AND ($text_1 = '' OR contains(title, $text_1) OR ($form_1 <> '' AND contains(title, $form_1)))
  AND ($text_2 = '' OR contains(title, $text_2) OR ($form_2 <> '' AND contains(title, $form_2)))
  AND ($text_3 = '' OR contains(title, $text_3) OR ($form_3 <> '' AND contains(title, $form_3)))
ORDER BY created_at DESC, event_id LIMIT $most
