"""Freeze windows: the list, the form, and the banner while one is open."""
