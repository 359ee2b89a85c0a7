"""Building images in a browser: of a typed Containerfile, or of a context from one's own machine."""
