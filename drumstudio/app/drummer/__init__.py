"""What is asked of drummers, and what becomes of their answers."""
