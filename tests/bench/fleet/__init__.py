"""Simulated Podman hosts behind real SSH: as many as wished, in one process, always the same ones.

For measuring only: what is true of Podman is tested on real hosts (tests/lab).
"""
