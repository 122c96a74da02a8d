"""Continuations, in numpy: drawn, steered, searched."""
