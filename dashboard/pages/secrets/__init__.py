"""Secrets: which exist, and who uses them. Their values are never shown."""
