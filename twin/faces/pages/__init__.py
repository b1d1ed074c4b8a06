"""The leaders' browser: the map edge to edge, with figures on it.

A panel shows the district that was clicked.
"""
