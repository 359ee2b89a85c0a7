"""Locks of objects and hosts."""
