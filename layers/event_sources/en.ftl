event_sources-title = Sources of events
    .means = Events of each source today: the dot is today so far, the band what is usual of it, the median of the same weekday up to the same time in the last 8 weeks and two spreads to either side (1.4826 times the median distance, at least the root of the median and one event). Each row has its own median in the middle.
    .unknown = No band with fewer than three weeks: their number stands there.
event_sources-inflow = Inflow by source
    .means = Events opened in the last 5 minutes and the last hour, and the share of today.
    .unknown = A dash for a source without any event in 9 weeks: that is no zero.
event_sources-none = The pack has no sources of events, and no event came in
event_sources-name = Source
    .means = The city pack's ten classes of source; one that it does not have is called by its number.
    .unknown = Never missing.
event_sources-today = Today
    .means = Events that happened since midnight and were opened.
    .unknown = A dash for a source without any event in 9 weeks: that is no zero.
event_sources-usual-from = Usual from
    .means = Median of the same weekday up to the same time in the last 8 weeks, less two spreads, not below zero.
    .unknown = A dash with fewer than three weeks.
event_sources-usual-to = Usual to
    .means = Median of the same weekday up to the same time in the last 8 weeks, and two spreads.
    .unknown = A dash with fewer than three weeks.
event_sources-weeks = Weeks
    .means = How many weeks say what is usual: whole ones since the first event of the source, 8 at most.
    .unknown = Zero where there is none.
event_sources-since = Last event
    .means = Time since the last event of the source was opened, anywhere in the city.
    .unknown = A dash without any event in 9 weeks.
event_sources-state = State
    .means = Interrupted: the last event in the whole city is longer ago than 3 median gaps. Surge: more in the last hour than the mean of that hour of the week and 4 standard deviations (at least the root of the mean, and one event). Else fine, or too little history.
    .unknown = Never missing.
event_sources-5min = 5 min
    .means = Events opened in the last 5 minutes.
    .unknown = A dash for a source without any event in 9 weeks: that is no zero.
event_sources-hour = 1 h
    .means = Events opened in the last hour.
    .unknown = A dash for a source without any event in 9 weeks: that is no zero.
event_sources-hour-mid = Usual
    .means = Median of events opened in the same hour of the week in the last 8 weeks.
    .unknown = A dash with fewer than three weeks.
event_sources-share = Share
    .means = Events of today of all sources' events, per cent.
    .unknown = A dash while there is no event today.
event_sources-proactive = Found
    .means = Of the source's events of today, those found before anybody complained, per cent.
    .unknown = A dash while there is no event today.
event_sources-merged = Merged
    .means = Of the source's events of today, those merged into one incident with others, per cent.
    .unknown = A dash while the source has no event today.
event_sources-usual = Usual
event_sources-fine = Fine
event_sources-silent = Interrupted
event_sources-surge = Surge
event_sources-too-little = Too little history
event_sources-above = above usual
event_sources-below = below usual
event_sources-unheard = not connected
event_sources-weeks-only = { $n ->
    [one] 1 week
   *[other] { $n } weeks
} of history
event_sources-foot = Found first { $proactive } · merged { $merged } · { $silent ->
    [0] no source interrupted
    [one] 1 source interrupted
   *[other] { $silent } sources interrupted
}
event_sources-gap = Last event { $since } ago, median gap { $gap } (of { $n })
event_sources-band = usual { $low } to { $high }, { $n } weeks
