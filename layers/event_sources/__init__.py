"""What each source of events brings, against what is usual of it."""
