"""Deciding on jobs that wait for a second person."""
