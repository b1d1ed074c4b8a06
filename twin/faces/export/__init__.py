"""Pictures and tables for a desk.

The same page and the same queries, in files that name their snapshot.
"""
