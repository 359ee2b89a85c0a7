"""Requests of access for a while: one's own, and those that wait for one's decision."""
