"""Volumes: one module a verb."""

from hosts.actions.volumes import clone_volume, create_volume, remove_volume

ACTIONS = (clone_volume.ACTION, create_volume.ACTION, remove_volume.ACTION)
