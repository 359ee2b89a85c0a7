"""Locks of objects and hosts: the dialog that asks why, and taking them off."""
