"""The step grid and its property lane."""
