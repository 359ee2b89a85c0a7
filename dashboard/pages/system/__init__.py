"""A host's Podman: disk, events, system facts, and all prunes."""
