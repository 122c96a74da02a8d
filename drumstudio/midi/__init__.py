"""Standard MIDI files and MIDI ports."""
