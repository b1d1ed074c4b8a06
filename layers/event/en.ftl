event-facts = Event
    .means = One event as it stood at the moment looked at: what it is, where, since when, its two clocks against their targets, who has it.
    .unknown = Says so where nothing was known of such an event then.
event-unknown = Nothing was known of this event at this moment. It may lie ahead, or may not have been recorded yet.
event-closed = Closed
    .means = From the opening of the event until the citizen was told, beside the target for its source and level.
    .unknown = A dash where it was closed at a time that nobody knows, or while it is open: then the time left, or over, stands there.
event-open-for = Open for
event-left = Time left to close
event-over = Past closing target
event-no-target = No closing target
event-of-target = of { $target }
event-response = First response
    .means = From the opening of the event to the first acknowledgement by a unit, beside the target for its source and level.
    .unknown = Says so while nobody has acknowledged; a dash where a correction made the clock run backwards.
event-response-none = not yet
event-who = Who has it
    .means = The unit that leads by its order; of several the one sent last. Beside it how many of the units ordered are on site.
    .unknown = Says so while no unit was sent.
event-nobody = nobody yet
event-units-at = { $arrived } of { $units } on site
event-since = since { $moment }
event-from = { $source }, { $found ->
    [yes] found before anybody complained
   *[no] reported
}
event-held = held by { $level }
event-words = “{ $words }”
event-back = Close this event
event-units = Units
    .means = Orders to units, the lead first, each with its own clock from the opening of the event.
    .unknown = A dash while a unit has not got so far.
event-units-note = Times are since the event was opened; the lead comes first
event-unit = Unit
    .means = The unit as people know it.
    .unknown = Never missing.
event-state = State
    .means = How far it is: waiting for its acknowledgement, on its way, on site, done.
    .unknown = Never missing.
event-acked = Took it
    .means = From the opening of the event until it took the order.
    .unknown = It has not yet.
event-arrived = On site
    .means = From the opening of the event until it was on site.
    .unknown = It is not there yet.
event-done = Done
    .means = From the opening of the event until it was done.
    .unknown = It is not done yet.
event-no-units = No unit has been sent
unit-sent = waiting
unit-acked = on its way
unit-arrived = on site
unit-done = done
event-stages = Way through the stages
    .means = Each entry into a stage that counts, in the order of the world, and how long it stayed there.
    .unknown = Says so where the source gives no stages.
event-stage = Stage
    .means = One of the six stages.
    .unknown = Never missing.
event-entered = Entered
    .means = When the event came into it.
    .unknown = Never missing.
event-dwell = Stayed
    .means = How long it stayed, until the next entry; for the last until the moment looked at.
    .unknown = Never missing.
event-stage-target = At most
    .means = From then on a rule of alerts says that an event of this level stays too long in the stage.
    .unknown = No rule limits this stage.
event-note = Note
    .means = What was done, in the words of the record.
    .unknown = Nothing was noted.
event-no-stages = Its source gives no stages; they follow from the moments of its orders
event-answers = Word to the citizen
    .means = Each answer that counts: told, closed without a time, or not accepted, so that the event was open again.
    .unknown = Says so while nobody was told.
event-answer = What
    .means = Whether the citizen was told, when is not known, or the event is open again.
    .unknown = Never missing.
event-told = When
    .means = When the citizen was told.
    .unknown = Known is only that it is closed.
event-satisfied = Satisfied
    .means = The citizen's own answer.
    .unknown = Not asked.
event-no-answers = The citizen has not been told yet
answer-told = told
answer-untimed = closed, time unknown
answer-reopened = open again
answer-yes = yes
answer-no = no
event-changes = What was corrected
    .means = Fields that a later record changed: what stood there, what stands there now, and when that was recorded.
    .unknown = Says so where nothing was corrected.
event-field = Field
    .means = What was changed.
    .unknown = Never missing.
event-was = Was
    .means = What was recorded before.
    .unknown = Nothing stood there.
event-is-now = Is now
    .means = What was recorded instead.
    .unknown = It was taken back.
event-recorded = Recorded
    .means = When the correction was recorded.
    .unknown = Never missing.
event-no-changes = Nothing was corrected
change-priority = Priority
change-title = Title
change-category = Kind
change-level = Held by
change-address = Address
change-street = Street
change-district = District
change-place = Position, 1e-6°
event-steps = Up and down the levels
    .means = Each step by which the event was handed to another level, earliest first; a step counts by its newest record.
    .unknown = Says so where it stayed at the level where it was opened.
event-way = Way
    .means = Up to a higher level, or down to a lower one.
    .unknown = Never missing.
event-from-level = From
    .means = Level that held it before.
    .unknown = Never missing.
event-to-level = To
    .means = Level that holds it from then on.
    .unknown = Never missing.
event-moved = When
    .means = When it was handed on.
    .unknown = Never missing.
event-reason = Why
    .means = The reason as recorded.
    .unknown = None was recorded.
event-no-steps = It stayed at the level where it was opened
step-up = up
step-down = down
event-next = Next
event-stands-closed = Closed; { $units } { $units ->
    [1] unit
   *[other] units
} took part.
event-stands-closed-alone = Closed; no unit was sent.
event-stands-nobody = Nobody has been sent yet.
event-stands-sent = { $units } { $units ->
    [1] unit
   *[other] units
} ordered; none has taken it yet.
event-stands-acked = { $acked } of { $units } { $units ->
    [1] unit
   *[other] units
} took it; nobody is on site yet.
event-stands-arrived = { $arrived } of { $units } { $units ->
    [1] unit
   *[other] units
} on site, { $done } done.
event-stands-done = { $units ->
    [1] Its unit is done
   *[other] All { $units } units are done
}; the citizen has not been told.
event-lanes = Course
    .means = Stages, reports and units along one time line from the opening of the event; up to the target of the first response on a scale of its own.
    .unknown = Says so where nothing was known of such an event then.
event-lane-stages = Six stages
event-lane-entered = as entered
event-lane-reports = Reports and levels
event-lane-merged = { $n ->
    [1] one report
   *[other] { $n } reports, one incident
}
event-lane-response = { $time } first response
event-lane-closure = { $time } closing
event-lane-now = now { $time }
event-lane-acked = took it { $time }
event-lane-arrived = on site { $time }
event-lane-done = done { $time }
unit-lead = lead
unit-assist = assists
event-reports = Reports of the same incident
    .means = Reports of one kind of trouble, close in place and time, that count as one incident, in their order.
    .unknown = Says so where the event is part of no incident.
event-no-reports = Nobody else reported it
event-reports-note = Counted once; each report stays readable
event-nth = No.
    .means = Its place among the reports of the incident.
    .unknown = Never missing.
event-report = Report
    .means = What the report says.
    .unknown = Never missing.
event-reported-by = Source
    .means = Where it came from.
    .unknown = Never missing.
event-reported = Reported
    .means = When it was opened.
    .unknown = Never missing.
event-eyes = Drones that could look
    .means = Aircraft in the air whose picture reaches the city, nearest first: straight distance over ground, and how long that takes at their speed now.
    .unknown = Says so where the event has no place, or none is in the air.
event-no-eyes = None is in the air, or the event has no place
event-eyes-note = In a straight line, at their speed now
event-eye = Aircraft
    .means = Its number in the register.
    .unknown = Never missing.
event-away = km
    .means = Distance from the event over ground.
    .unknown = Never missing.
event-reach = There in
    .means = Distance by its speed now.
    .unknown = It hovers.
event-battery = Charge, %
    .means = Charge left.
    .unknown = It does not say.
