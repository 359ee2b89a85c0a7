"""Image verbs, one module each."""
