event_heat-title = Event heat
    .means = Weighted events per km²: those open, and those of the last hours; levels 1 to 4 count 4, 3, 2, 1, smoothed over 350 m.
    .unknown = Events without a place are not on the map.
event_heat-unit = weighted/km²
event_heat-note = Weighted: open, and of the last { $hours ->
    [0] { $minutes } min
    [one] hour
   *[other] { $hours } hours
}; levels 1 to 4 count 4, 3, 2, 1
event_heat-few = few
event_heat-priority = Level
    .means = Four levels, 1 the worst.
    .unknown = Never missing.
event_heat-stage = Stage
    .means = The furthest stage reached.
    .unknown = Never missing.
event_heat-age = Open for
    .means = Time since the order was opened.
    .unknown = Never missing.
