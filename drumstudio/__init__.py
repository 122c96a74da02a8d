"""DrumStudio: a step-grid drum machine with a trained drummer inside."""

__version__ = "0.1.0"
