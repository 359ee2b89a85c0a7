"""Network verbs, one module each, and the fields of a new network."""
