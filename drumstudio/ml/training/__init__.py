"""Training and scoring, in torch."""
