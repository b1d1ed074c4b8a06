"""Where events are dense, and the ones that matter."""
