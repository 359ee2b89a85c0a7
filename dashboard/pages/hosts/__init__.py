"""Hosts: their list and pages, and all that one does to one: add, edit, examine, mute, remove."""
