"""Kube YAML in a browser: look first, then play or take down; and what Podman generates."""
