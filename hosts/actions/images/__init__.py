"""Images: one module a verb."""
