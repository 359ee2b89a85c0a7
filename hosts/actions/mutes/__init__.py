"""Muting a host while somebody works on it."""
