"""Volumes."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

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
    Verb(
        "volume.create",
        _("Create volumes"),
        _(
            "Create volumes; one with options can be a folder of the host where no guardrail forbids it"
        ),
        "volume",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "volume.clone",
        _("Clone volumes"),
        _("Copy a volume with all that is in it under a new name"),
        "volume",
        OPERATOR,
        sensitive=True,
        needs=("volume.create",),
    ),
    Verb(
        "volume.remove",
        _("Remove volumes"),
        _("Remove volumes with all data in them; nothing brings it back"),
        "volume",
        OPERATOR,
        sensitive=True,
    ),
):
    register(verb)

# values of labels and options stay keyed hashes
allow("volume.create", "option_names")
