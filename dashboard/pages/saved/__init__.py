"""Saved views of lists: the menu beside the filter line."""
