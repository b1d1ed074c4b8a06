"""Pictures and tables for a desk.

They come from the same page and the same queries, in files that name their snapshot.
"""
