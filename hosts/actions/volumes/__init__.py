"""Volume verbs, one module each."""
