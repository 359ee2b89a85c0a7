"""Builds images: a typed Containerfile as a job, an uploaded context as a stream."""
