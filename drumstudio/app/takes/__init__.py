"""Takes: recorded, journalled, kept, read anew, and played into the pattern."""
