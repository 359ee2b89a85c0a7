"""Units that quadlets make. Starting and stopping them are actions."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

register(
    Verb(
        "unit.view",
        _("See units"),
        _("See systemd units that quadlets make, and how they are"),
        "unit",
        VIEWER,
        needs=("host.view",),
    )
)
