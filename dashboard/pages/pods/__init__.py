"""Pages of pods."""
