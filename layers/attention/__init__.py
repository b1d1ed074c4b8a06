"""What needs attention now, and where the work stands."""
