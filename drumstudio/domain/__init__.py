"""What a beat is: drums, meter, grid, patterns, edits and timing; the standard library only."""
