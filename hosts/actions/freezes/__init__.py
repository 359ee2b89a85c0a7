"""Freeze windows: making, changing and removing them."""
