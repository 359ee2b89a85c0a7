"""Networks."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb(
        "network.view",
        _("See networks"),
        _("See which networks exist"),
        "network",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "network.inspect",
        _("Inspect networks"),
        _("Read all details of a network, including addresses of containers"),
        "network",
        VIEWER,
    ),
):
    register(verb)
