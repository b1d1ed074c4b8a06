"""Alerts that are open, and the health of our own alarms."""
