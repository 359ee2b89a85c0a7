"""Pages of containers."""
