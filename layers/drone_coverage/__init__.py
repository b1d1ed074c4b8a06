"""Where drones are, and what they have seen."""
