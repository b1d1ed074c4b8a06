"""One event: what it is, its clocks, its stages, its units, its answers, what was recorded when."""
