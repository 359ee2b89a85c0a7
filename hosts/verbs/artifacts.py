"""OCI artifacts. Who sees a host sees which there are."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "artifact.pull",
        _("Pull artifacts"),
        _("Fetch artifacts from registries, with the credentials kept here"),
        "artifact",
        OPERATOR,
        needs=("host.view",),
    ),
    Verb(
        "artifact.push",
        _("Push artifacts"),
        _("Send artifacts to registries, with the credentials kept here: they leave the house"),
        "artifact",
        OPERATOR,
        sensitive=True,
        needs=("host.view",),
    ),
    Verb(
        "artifact.add",
        _("Add artifacts"),
        _("Upload files as artifacts, or into artifacts that are there"),
        "artifact",
        OPERATOR,
        needs=("host.view",),
    ),
    Verb(
        "artifact.extract",
        _("Download artifacts"),
        _("Download the files of artifacts"),
        "artifact",
        OPERATOR,
        sensitive=True,
        needs=("host.view",),
    ),
    Verb(
        "artifact.remove",
        _("Remove artifacts"),
        _("Remove artifacts; those of no registry are lost"),
        "artifact",
        OPERATOR,
        sensitive=True,
        needs=("host.view",),
    ),
):
    register(verb)

allow("artifact.add", "file", "append")
