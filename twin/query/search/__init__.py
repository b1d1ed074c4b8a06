"""Search: names of the pack and of the lake, and events, at a moment as known at another."""

from twin.query.search.find import MOST_TEXT, Finder, Found, Group, TooLongError

__all__ = ["MOST_TEXT", "Finder", "Found", "Group", "TooLongError"]
