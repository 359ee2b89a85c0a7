"""Building images: of a typed Containerfile by a job, of an uploaded context streamed through."""
