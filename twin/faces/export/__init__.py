"""Pictures and tables for a desk: the same page and the same queries, in files that name their snapshot."""
