"""The city's indicators: what is fresh, and what lies beyond its usual band."""
