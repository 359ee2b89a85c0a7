"""Images."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb("image.view", _("See images"), _("See images"), "image", VIEWER),
    Verb("image.inspect", _("Inspect images"), _("Read all of an image"), "image", VIEWER),
    Verb("image.pull", _("Pull images"), _("Pull from registries"), "image", OPERATOR),
    Verb("image.build", _("Build images"), _("Run a Containerfile"), "image", OPERATOR),
    Verb("image.search", _("Search registries"), _("Search registries"), "image", OPERATOR),
    Verb("image.push", _("Push images"), _("Push to registries"), "image", OPERATOR),
    Verb("image.copy", _("Copy images"), _("Copy from host to host"), "image", OPERATOR),
    Verb("image.save", _("Save images"), _("Download archives"), "image", OPERATOR),
    Verb("image.load", _("Load images"), _("Upload archives"), "image", OPERATOR),
    Verb("image.import", _("Import images"), _("Make them of a tar"), "image", OPERATOR),
    Verb("image.list_create", _("Make manifest lists"), _("Make lists"), "image", OPERATOR),
    Verb("image.list_edit", _("Edit manifest lists"), _("Add, drop, describe"), "image", OPERATOR),
    Verb("image.tag", _("Name images"), _("Give images further names"), "image", OPERATOR),
    Verb("image.untag", _("Take names off images"), _("Take names off"), "image", OPERATOR),
    Verb("image.remove", _("Remove images"), _("Remove"), "image", OPERATOR),
    Verb("image.prune", _("Prune images"), _("Remove unused ones"), "image", OPERATOR),
):
    register(verb)

allow("image.build", "tags", "containerfile", "no_cache", "argument_names")
