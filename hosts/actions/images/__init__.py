"""Images: one module a verb."""

from hosts.actions.images import pull_image, remove_image

ACTIONS = (
    pull_image.ACTION,
    remove_image.ACTION,
)
