"""The store of a host as a whole."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "container.prune",
        _("Prune containers"),
        _("Remove all ended containers of a host that were ticked in a preview"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "volume.prune",
        _("Prune volumes"),
        _("Remove all unused volumes of a host that were ticked in a preview, with their data"),
        "volume",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "network.prune",
        _("Prune networks"),
        _("Remove all unused networks of a host that were ticked in a preview"),
        "network",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "pod.prune",
        _("Prune pods"),
        _("Remove all ended pods of a host that were ticked in a preview"),
        "pod",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "system.check",
        _("Check hosts"),
        _("Look for damage in the store of a host"),
        "host",
        OPERATOR,
        needs=("host.view",),
    ),
):
    register(verb)

allow("system.check", "quick")
