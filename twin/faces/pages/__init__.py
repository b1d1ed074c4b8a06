"""The leaders' browser: the map edge to edge, figures on it, a panel for the district that was clicked."""
