"""The Takes page."""
