"""Choosing, watching and teaching the e-kit."""
