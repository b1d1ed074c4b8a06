event_heat-title = Event heat
event_heat-unit = weighted/km²
event_heat-note = Weighted: open, and of the last { $hours ->
    [0] { $minutes } min
    [one] hour
   *[other] { $hours } hours
}; levels 1 to 4 count 4, 3, 2, 1
event_heat-few = few
event_heat-priority = Level
event_heat-stage = Stage
event_heat-age = Open for
