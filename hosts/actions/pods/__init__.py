"""Pod verbs, one module each."""
