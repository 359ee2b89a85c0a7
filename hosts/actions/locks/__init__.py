"""Locking objects, so that nobody changes them."""
