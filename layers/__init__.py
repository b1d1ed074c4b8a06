"""The layers: one folder each, with what it asks, how it is drawn and how it is read."""
