"""A host's Podman as a whole: its disk, its events and its system; and the prunes of all kinds."""
