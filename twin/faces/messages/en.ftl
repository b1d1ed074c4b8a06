title = { $city } · City operations
simulated = Simulated data
drill = Drill
live-in-drill = live, not of the drill
live-in-drill-short = live
looking-back = Looking back at { $moment }
looking-beyond = after the newest data
as-known-at = as known at { $moment }
answered-by = answered by the snapshot of { $moment }
looking-live-said = live
looking-looking-back-said = looking back, as known then
looking-known-at-said = looking back, as known at another moment
looking-beyond-said = after the newest data
unknown-nothing-known = Nothing was known at that moment
unknown-no-data-after = No data after { $moment }
unknown-damaged = Data damaged: { $tables }
beside-nothing-known = not known then
beside-no-data-after = no data yet
beside-damaged = data damaged: { $tables }
first-records = first records: { $moment }
because = { $what } ({ $why })
known-now = Known now: { $day ->
    [one] 1 event
   *[other] { $day } events
} that day, { $open } open
known-now-nothing = Nothing is known of it now either
show-as-known-now = Show as known now
show-as-known-then = As known then
back-to-live = Back to live
closing-refused = closing refused
by-model = AI
by-model-why = Found by a model in a picture: see the layer of AI detections
closing-refused-why = The time given for its closing made no sense, so it still counts as open
data-as-of = Data as of { $moment }
age-seconds = { $n } s ago
age-minutes = { $n } min ago
age-hours = { $n } h ago
age-days = { $n } days ago
age-years = { $n } y ago
duration-minutes = { $m } min
duration-days-hours = { $d } d { $h } h
duration-days = { $d } d
duration-years = { $y } y
clock-behind = clock is behind the data by { $n }
offline = Offline { $n }
late = Data late
data-fresh-said = up to date
data-late-said = data late
data-old-said = data late by far: look at their moment before acting on them
looking-beyond-at = { $moment } lies after the newest data
damaged-lead = Damaged: { $tables }. What rests on them is hatched; everything else is whole.
damaged-fix = To mend: twin snapshot verify --repair, or twin lake restore. This face heals by itself.
problems-lead = A part of the data lake is damaged; what is shown here is whole.
moment-lead = Snapshots of this moment are damaged; another one answers.
problems-more = and { $n } more: twin snapshot verify names them all
lake-unreadable = The data lake cannot be read, so there is nothing to show. This face heals by itself.
lake-lost = The data lake cannot be read any more: the picture stands still. This face heals by itself.
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
other-language = 中文
open-wall = Wall
live = Live
play = Play the day from here
speed = How many times faster than the world
other-day = Another day, at the same time
close = Close
whole-city = Whole city
way-here = Where this is
open-event-page = Open its page
open-district-page = Open its page
sentence = In short
sentence-join = {"; "}
sentence-end = .
sentence-events = { $n } events so far today, { $beside }
sentence-events-alone = { $n } events so far today
sentence-urgent = { $n ->
    [one] one urgent event open: { $title }
   *[other] { $n } urgent events open, first { $title }
}, for { $since }, { $units ->
    [0] nobody sent
   *[other] { $arrived }/{ $units } units there
}
sentence-blind = { $n ->
    [one] no data from { $name }
   *[other] no data from { $n } departments, longest from { $name }
} for { $since }
sentence-late = { $late } of { $open } open are past their target, furthest { $title } by { $over }
sentence-slow = first response { $value }, { $beside }
sentence-calm = no open event is past its target, and every department's data come in
choose-district = Click a district on the map to open it
people = { $n } people ({ $year } census)
people-undated = { $n } people
district-facts = { $area } · { $people } · data as of { $moment }
traced = Snapshot { $snapshot } · picture { $hash }
yesterday-whole = Yesterday, the whole day · { $day }
today-so-far = Today so far, until { $moment }
overdue-of-them = { $n } past target
unlisted = { $n } more open, not listed
unlisted-late = { $n } more open, not listed; { $late } of them past their target
nothing-here = No events today so far
areas-unknown = not known: { $n }, left as land
areas-lost = { $n ->
    [one] { $n } row names no area of the map and is not drawn.
   *[other] { $n } rows name no area of the map and are not drawn.
 }
panels-failed = Not available here: { $names }. Everything else is whole.
comma = {", "}
panel-failed = Not available here: { $why }
trend-value = today
trend-usual = usual
units-arrived = { $arrived }/{ $units } units there
target = target { $better ->
    [higher] ≥
   *[lower] ≤
} { $value }
target-reference = reference ({ reference-basis }) { $better ->
    [higher] ≥
   *[lower] ≤
} { $value }
reference-basis = assumed
target-met = met
target-met-reference = met
target-missed-reference = missed
on-time-reference = { $on_time } of { $n } within reference ({ reference-basis })
on-time = on time: { $on_time } of { $n }
of-cases = { $n ->
    [one] 1 case
   *[other] { $n } cases
}
too-few = too few to judge
target-missed = missed
compare-yesterday = vs same time yesterday
compared = { $change } { $to }
points = { $n } points
compare-last_week = vs same time last week
why-nothing-placed = no event says in which district it was
why-no-proactive-source = no proactive source is connected
share-of-area = of all { $km2 } km², water and fields too
compare-week_before = vs same day a week before
compare-day_before = vs end of the day before
compare-none-no-history-week_before = the week before is not whole in the data
compare-none-no-history-day_before = the day before is not whole in the data
compare-none-no-history-last_week = last week is not whole in the data
compare-none-not-connected-last_week = last week no proactive source was connected
compare-none-not-connected-week_before = the week before no proactive source was connected
compare-none-no-history-yesterday = yesterday is not whole in the data
special-today = today is { $day }: not compared with last week
special-that-day = that day was { $day }: not compared
special-week-before = a week before was { $day }: not compared
special-week-ago = a week ago was { $day }: not compared
day-workday = a workday
day-weekend = a weekend
day-holiday = a holiday
day-made-up = a weekend day that is worked
usual-band = band: 10th to 90th percentile of this hour on the last { $n } { $kind ->
    [workday] workdays
    [weekend] weekend days
   *[holiday] holidays
}
usual-none = too little history: { $n ->
    [one] 1 day alike
   *[other] { $n } days alike
}, and it takes { $least } to say what is usual
priority-own = Level { $level } ({ $words })
priority-1 = Critical
priority-2 = Serious
priority-3 = Moderate
priority-4 = Minor
stage-sense = Sense
stage-monitor = Monitor
stage-judge = Judge
stage-warn = Early warning
stage-handle = Handle
stage-evaluate = Assess
state-ok = fine
state-late = late
state-down = down
state-unknown = unknown
programme-in-year = { $programme } { $year }
programme-estates-renovated = Estates renovated
programme-lifts-added = Lifts added
programme-lifts-renewed = Lifts renewed
programme-lifts-added-and-renewed = Lifts (added + renewed)
programme-communities-converted = Community centres
plans-not-published = Plans of { $year } not published: { $programmes }
carried-over = { $n } carried over at the year's end, { $done } finished since
basis-published = published
basis-counted = counted
basis-none = no data
row-unknown = No district known
row-total = Whole city
panel-overview = Overview
panel-districts = By district
open-chart = { $title }: open large
figures-title = What the figures say
figures-back = Back to the page
figures-lead = Each figure of the page, the wall and the exports: what it says, what stands where it is not known, and the question that answers it.
figures-n = Told with the number of { $n }.
figures-sql = How it is worked out: { $file } · { $hash }
assumed-name = The name is assumed by the city pack; it is not published
assumed-names = * name assumed, not published
figures-of-district = Chosen district · { $what }
figures-of-map = On the map · { $what }
page-faults = Something of this page cannot be shown:
pages = Pages
thousands = { $n }k

filters = Filter
filter-none = all events
filter-all = All
filter-clear = Show all
filter-source = Source
filter-category = Kind
filter-priority = Priority
filter-stage = Stage
filter-department = Department
filter-level = Opened at
only-these = Map shows only: { $what }
level-city = City
level-district = District
level-street = Street
level-community = Community
clock-response = Response
clock-closure = Closing
clock-left = { $time } left
clock-over = { $time } over
clock-no-target = no target
clock-elapsed = { $clock } { $elapsed } / { $target }
clock-elapsed-only = { $clock } { $elapsed }
clock-reference = * target is a reference ({ reference-basis })
clock-next-amber = at 80% in { $time }
clock-next-on-site = due on site within { $time }
clock-next-on-site-late = nobody on site, { $time } late
clock-next-runs-out = at the target to the { $level }
clock-next-runs-out-top = then over, already at the city
clock-next-escalate = due at the { $level }
clock-next-escalate-top = already at the city
clock-next-no-target = no target: not judged
clock-unlisted = { $n } more open, not listed
clock-level-city = city
clock-level-district = district
clock-level-street = street
stages-stage = Stage
stages-open = open
stages-median = dwell, median
stages-p90 = 9 in 10
stages-waiting = still in it
curve-all = Whole city
curve-n = n { $n }, { $open } open
curve-left-out = { $n } without a length left out
curve-few = too few to say: under { $least }
curve-at = { $share }% at { $target } ({ $low }–{ $high })
curve-at-short = { $share }% ({ $low }–{ $high })
curve-at-unsure = { $share }% at { $target }
curve-at-short-unsure = { $share }%
curve-at-unknown = not watched up to the target
curve-median = median { $time }
curve-times = { $n }×
curve-target = target
curve-none = targets differ: no line
curve-how-s = Upright line: the target. Band: 95% interval
curve-how-target = Upright line: each event's own target; the axis ends at { $reach } targets. Band: 95% interval; thin: the whole city. The share is what still waits at the target
search = Search
search-placeholder = Search events, places, drones
search-hint = Name, pinyin, initials or number
search-wait = Searching …
search-long = Too long: at most { $n } letters. Type a name, a number or a few words.
search-failed = The search cannot answer just now. What is on screen stays as it is.
search-none = Nothing found. Try a shorter word, the first letters in pinyin, or a number.
search-found = { $n } shown
search-gap = { " · " }
search-damaged = Not searched, data damaged: { $names }
search-more = { $n } of { $all }
search-newest = newest
search-district = Districts
search-street = Streets
search-place = Places
search-department = Departments
search-drone = Drones
search-estate = Estates
search-community = Communities
search-event = Events
search-indicator = Indicators
search-open-for = open for { $age }
search-closed = closed
search-value = { $value } { $unit }, { $moment }

account-as-of = Moment
account-known-at = As known at
account-age = Age
account-snapshot = Snapshot
account-snapshot-as-of = Snapshot of
account-zone = Time zone
account-district = District
account-event = Event
account-meaning-head = What it means
account-how = How it is worked out:{" "}
account-behind = What it is counted from, one by one
account-behind-asked = How these are asked for
account-rows = Rows of the answer
account-rows-all = { $n ->
    [one] 1 row
   *[other] { $n } rows
}
account-rows-first = the first { $first } of { $n } rows; the files have all
account-file = All rows as { $of }
account-parameters = Parameters of the question
account-param = Name
account-value = Value
account-unit = Unit
account-meaning = Meaning
account-giver = Given by
account-giver-own = the question itself
account-giver-view = the view
account-giver-pack = the city pack
account-tables = Tables it reads
account-table = Table
account-row-is = What a row is
account-n-rows = Rows in the snapshot
account-took = Answered in { $ms } ms over { $rows } rows of { $tables ->
    [one] 1 table
   *[other] { $tables } tables
}; kept answers take less.
account-formulas = Formulas and sources of the columns that it rests on ({ $n })
account-formula = Formula
account-absent = Absent
account-source = Source
account-target = Target
account-sql = SQL · { $file } · { $hash }
account-link = Link to this account, held at its moment
account-now = The same now
account-ways = Where to go from here
account-others = The others of this question:
account-not-told = Not told now: the question answers it only where there is something to tell.
account-assumed = Rests on targets or names that the pack assumes
account-other-snapshot = The link was made of snapshot { $old }; of this moment { $new } answers now.
account-day-before = It is asked of the whole day before the moment: the parameters say which.
account-lost = There is no such figure here
account-misread = This link says nothing that can be shown
account-unreadable = The data lake cannot be read, so there is nothing to account for
account-open = { $what }: how it came about
account-page = Open as a page
account-fetching = Asking …
account-silent = The server does not answer. Close this, and ask again.
map-label = Map of the city. Arrow keys move it, + and − zoom, 0 shows the whole city
map-in = Nearer
map-out = Farther
map-home = Whole city (0)
map-copy = Copy a link to this picture, held at its moment
copied = The link and what it shows are in the clipboard.
copy-failed = The clipboard cannot be reached: copy the address of this page.
acts-kept = No answer from the server: what you asked for ({ $n }) is kept, and done when it answers again.
day-told = { $moment } · { $n } in that hour
day-choose = Choose a moment: arrow keys 5 minutes, with Shift an hour, Enter looks back
