"""The chosen e-kit: heard by all, remembered, calibrated."""
