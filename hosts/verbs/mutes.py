"""Muted hosts. Everybody who sees a host sees who muted it and why."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

register(
    Verb(
        "host.mute",
        _("Mute hosts"),
        _("Say that somebody works on a host: until a time nothing of it calls for attention"),
        "host",
        OPERATOR,
        needs=("host.view",),
    )
)
allow("host.mute", "until", "reason")
