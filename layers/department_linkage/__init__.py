"""The links to the departments' command systems."""
