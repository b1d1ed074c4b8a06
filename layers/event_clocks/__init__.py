"""The clocks of events: what runs out next, where work waits, how long it takes."""
