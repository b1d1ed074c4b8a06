"""Units that work on one event side by side, each by its own clock."""
