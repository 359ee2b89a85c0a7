"""Containers: one module a verb."""
