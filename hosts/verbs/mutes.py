"""Muted hosts. Everybody who sees a host sees who muted it and why."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

register(
    Verb(
        "host.mute",
        _("Mute hosts"),
        _("Hide a host from “Needs attention” until a set time, during maintenance"),
        "host",
        OPERATOR,
        needs=("host.view",),
    )
)
allow("host.mute", "until", "reason")
