"""Decides on jobs that wait for approval."""
