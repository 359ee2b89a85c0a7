"""Kube YAML: plan it, play it, take it down, or generate it."""
