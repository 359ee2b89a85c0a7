"""Terminals: in a container's tab, the list of open ones, one by its link."""
