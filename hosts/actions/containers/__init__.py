"""Container verbs, one module each."""
