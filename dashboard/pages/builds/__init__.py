"""Image builds: from a typed Containerfile, or from an uploaded context."""
