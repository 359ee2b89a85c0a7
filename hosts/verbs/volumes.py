"""Volumes."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb(
        "volume.view",
        _("See volumes"),
        _("See which volumes exist and which containers use them"),
        "volume",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "volume.inspect",
        _("Inspect volumes"),
        _("Read all details of a volume"),
        "volume",
        VIEWER,
    ),
):
    register(verb)

# values of labels and options stay keyed hashes
