"""Building images: of a typed Containerfile by a job, of an uploaded context streamed through."""

from hosts.actions.builds import build_image

ACTIONS = (build_image.ACTION,)
