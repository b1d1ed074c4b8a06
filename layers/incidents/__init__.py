"""Reports of the same trouble, counted once."""
