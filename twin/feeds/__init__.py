"""Readers of sources: each yields Arrow rows for tables; none writes."""
