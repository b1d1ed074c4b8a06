"""City Twin: feeds become checked rows, rows become snapshots, snapshots become one picture with three faces."""

__version__ = "0.1.0"
