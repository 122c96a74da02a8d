"""Velocity and timing: learned, and where that is missing by rule."""
