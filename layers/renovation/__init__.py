"""What is being renewed: estates, lifts, community centres."""
