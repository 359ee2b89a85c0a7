"""Registries: whose credentials are kept for which registry and group. Passwords never come back."""
