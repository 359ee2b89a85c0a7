"""Building images: of a typed Containerfile by a job, of an uploaded context streamed through."""

from hosts.actions.build import build_image

ACTIONS = (build_image.ACTION,)
