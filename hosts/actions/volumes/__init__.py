"""Volumes: one module a verb."""
