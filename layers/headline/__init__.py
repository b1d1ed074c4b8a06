"""The figures of the whole city."""
