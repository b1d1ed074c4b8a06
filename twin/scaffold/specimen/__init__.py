"""Specimen: open events that no unit has acknowledged."""
