"""Shared bikes piled up, and what became of it."""
