"""Images."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "image.view",
        _("See images"),
        _("See which images there are"),
        "image",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "image.inspect",
        _("Inspect images"),
        _("Read all of an image: layers, history, settings; a secret built in shows"),
        "image",
        VIEWER,
        sensitive=True,
    ),
    Verb(
        "image.pull",
        _("Pull images"),
        _("Fetch images from registries, with the credentials kept here"),
        "image",
        OPERATOR,
    ),
    Verb(
        "image.build",
        _("Build images"),
        _("Run a Containerfile on a host: its commands run there, as the user of that Podman"),
        "image",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "image.search",
        _("Search registries"),
        _("Look for images at registries"),
        "image",
        OPERATOR,
    ),
    Verb(
        "image.push",
        _("Push images"),
        _(
            "Send images to registries, with the credentials kept here: what is in them leaves the house"
        ),
        "image",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "image.copy",
        _("Copy images"),
        _("Copy images from host to host"),
        "image",
        OPERATOR,
    ),
    Verb(
        "image.save",
        _("Save images"),
        _("Download images as archives"),
        "image",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "image.load",
        _("Load images"),
        _("Upload archives of images"),
        "image",
        OPERATOR,
    ),
    Verb(
        "image.import",
        _("Import images"),
        _("Make an image of an uploaded tar"),
        "image",
        OPERATOR,
    ),
    Verb(
        "image.list_create",
        _("Create manifest lists"),
        _("Make lists that name one image per platform"),
        "image",
        OPERATOR,
    ),
    Verb(
        "image.list_edit",
        _("Edit manifest lists"),
        _("Add to manifest lists, drop from them, describe"),
        "image",
        OPERATOR,
        needs=("image.list_create",),
    ),
    Verb(
        "image.tag",
        _("Name images"),
        _("Give images further names: what runs that name next gets this image"),
        "image",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "image.untag",
        _("Untag images"),
        _("Untag images"),
        "image",
        OPERATOR,
    ),
    Verb(
        "image.remove",
        _("Remove images"),
        _("Remove images; those of no registry are lost"),
        "image",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "image.prune",
        _("Prune images"),
        _("Remove all unused images of a host that were ticked in a preview"),
        "image",
        OPERATOR,
        sensitive=True,
    ),
):
    register(verb)

allow("image.build", "tags", "containerfile", "no_cache", "argument_names")
