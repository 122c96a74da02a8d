"""Playback: transport, scheduling, the synth and the MIDI sender."""
