"""Training data: from files to sequences, verdicts and remedies."""
