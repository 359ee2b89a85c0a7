"""Images: one module a verb."""

from hosts.actions.images import (
    copy_image,
    create_list,
    edit_list,
    prune_images,
    pull_image,
    push_image,
    remove_image,
    search_images,
    tag_image,
    untag_image,
)

ACTIONS = (
    copy_image.ACTION,
    create_list.ACTION,
    edit_list.ACTION,
    prune_images.ACTION,
    pull_image.ACTION,
    push_image.ACTION,
    remove_image.ACTION,
    search_images.ACTION,
    tag_image.ACTION,
    untag_image.ACTION,
)
