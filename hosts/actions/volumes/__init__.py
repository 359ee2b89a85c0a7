"""Volumes: one module a verb."""

from hosts.actions.volumes import create_volume, remove_volume

ACTIONS = (create_volume.ACTION, remove_volume.ACTION)
