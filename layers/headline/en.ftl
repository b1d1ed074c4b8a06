headline-title = The city today
events_today = Events today
open_now = Open now
response_p50_s = First response, median
closure_p90_s = Closed, 9 in 10
proactive_pct = Found proactively
unit-events = { "" }
unit-percent = %
