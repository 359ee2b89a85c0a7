"""Freeze windows. Everybody who sees hosts may read them."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, Verb, register
from audit.params import allow

register(
    Verb(
        "freeze.edit",
        _("Edit freeze windows"),
        _("Create, change and remove times when nothing may be changed on some hosts"),
        "host",
        ADMIN,
        # a window counts for everyone, so a right for some hosts is not enough
        site=True,
        sensitive=True,
        needs=("host.view",),
    )
)
register(
    Verb(
        "freeze.override",
        _("Override freeze windows"),
        _("Change something during a freeze window, with a reason for the audit log"),
        "host",
        ADMIN,
        sensitive=True,
        needs=("host.view",),
    )
)
allow("freeze.override", "windows", "reason", "job", "deed")
allow(
    "freeze.edit",
    "made",
    "removed",
    "words",
    "severity",
    "everywhere",
    "groups",
    "verbs",
    "zone",
    "when",
)
