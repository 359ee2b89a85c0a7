"""API tokens and service accounts."""
