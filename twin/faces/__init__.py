"""Ways to look at one picture: pages, wall, export.

Faces differ in size and interaction, never in numbers.
"""
