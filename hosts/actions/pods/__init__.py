"""Pods: one module a verb."""
