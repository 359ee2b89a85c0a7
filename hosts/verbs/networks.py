"""Networks."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb(
        "network.view",
        _("See networks"),
        _("See which networks there are"),
        "network",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "network.inspect",
        _("Inspect networks"),
        _("Read all that Podman tells of a network: addresses of containers too"),
        "network",
        VIEWER,
    ),
):
    register(verb)
