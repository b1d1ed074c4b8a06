"""City Twin: feeds become checked rows, and rows become snapshots.

Snapshots become one picture with three faces.
"""

__version__ = "0.1.0"
