"""Images: one module a verb."""

from hosts.actions.images import pull_image, push_image, remove_image, tag_image, untag_image

ACTIONS = (
    pull_image.ACTION,
    push_image.ACTION,
    remove_image.ACTION,
    tag_image.ACTION,
    untag_image.ACTION,
)
