"""Volumes."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb(
        "volume.view",
        _("See volumes"),
        _("See which volumes there are and who uses them"),
        "volume",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "volume.inspect",
        _("Inspect volumes"),
        _("Read all that Podman tells of a volume"),
        "volume",
        VIEWER,
    ),
):
    register(verb)

# values of labels and options stay keyed hashes
