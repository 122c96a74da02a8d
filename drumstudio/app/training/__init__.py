"""Trainings: what they learn from, their runs, the queue and the processes."""
