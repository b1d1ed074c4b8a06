"""Which level of the city holds its events, and how they go up and come down."""
