"""Pages about a host's Podman as a whole: disk, events, system, and what a prune would remove."""
