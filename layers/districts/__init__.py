"""The land itself: districts, water, roads and names."""
