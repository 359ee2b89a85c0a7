"""Kube YAML: read, planned, played, taken down."""

from hosts.actions.kube import down_kube, play_kube

ACTIONS = (down_kube.ACTION, play_kube.ACTION)
