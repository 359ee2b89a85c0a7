"""Maintenance of hosts: the dialog that begins it, and ending it early."""
