event_heat-title = Event heat
    .means = Events on the ground: those open, and those of the last hours, each counted once. Far off per km², smoothed over 330 to 66 m by zoom; on streets in squares of 25 m, of the last 7 days at least. Six steps: a floor, then the 42nd, 66th, 82nd, 92nd and 98th percentile of the cells above it at the last whole hour, rounded.
    .unknown = Events without a place are not on the map.
event_heat-per-km2 = events/km²
event_heat-per-cell = events per 25 m square
event_heat-counts = open, and of the last { $whole_days ->
    [0] { $hours ->
        [0] { $minutes } min
        [one] hour
       *[other] { $hours } hours
    }
   *[other] { $whole_days } days
}
event_heat-street-counts = open, and of the last { $days ->
    [one] day
   *[other] { $days } days
}
event_heat-note-heat = Cells of 250 m, smoothed over 330 m. Steps: 42·66·82·92·98 % of cells with events, by the hour
event_heat-note-heat-near = Cells of 150 m, smoothed over 200 m. Steps: 42·66·82·92·98 % of cells with events, by the hour
event_heat-note-heat-close = Cells of 100 m, smoothed over 130 m. Steps: 42·66·82·92·98 % of cells with events, by the hour
event_heat-note-heat-closer = Cells of 50 m, smoothed over 66 m. Steps: 42·66·82·92·98 % of cells with events, by the hour
event_heat-note-street = Counted, not smoothed. Steps: 42·66·82·92·98 % of squares with events, by the hour
event_heat-priority = Level
    .means = Four levels, 1 the worst.
    .unknown = Never missing.
event_heat-stage = Stage
    .means = The furthest stage reached.
    .unknown = Never missing.
event_heat-age = Open for
    .means = Time since the order was opened.
    .unknown = Never missing.
event_heat-place = Where
    .means = Street-level unit, else the district.
    .unknown = The report names neither.
event_heat-unit = Who has it
    .means = The unit that leads.
    .unknown = No unit has been sent yet.
event_heat-since = Since
    .means = When the order was opened.
    .unknown = Never missing.
event_heat-ai = Found by AI
    .means = Whether it came from what a model saw in a picture.
    .unknown = Never missing.
event_heat-ai-yes = yes
event_heat-ai-no = no
