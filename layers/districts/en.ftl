districts-city-day = Events today, and the usual day
districts-now = Now
districts-day = Events today, and the usual day of its kind
district_events_today = Events today
district_response_p50_s = Response, median
district_open_now = Open now
