"""What a developer needs and nobody else: no wheel holds it, no server of a city loads it."""
