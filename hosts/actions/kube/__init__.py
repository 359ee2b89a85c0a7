"""Kube YAML: read, planned, played, taken down."""
