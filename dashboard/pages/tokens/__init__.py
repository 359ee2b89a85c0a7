"""API tokens and service accounts as pages: one's own, and everybody's for who manages people."""
