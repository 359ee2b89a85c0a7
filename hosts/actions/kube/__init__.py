"""Kube YAML: read, plan, play, down."""
