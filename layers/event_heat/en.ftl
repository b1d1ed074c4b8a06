event_heat-title = Event heat
event_heat-unit = events/km²
event_heat-note = Open events and those of the window, weighted by level (critical 4, serious 3, moderate 2, minor 1)
event_heat-few = few
event_heat-priority = Level
event_heat-stage = Stage
event_heat-age = Open for
