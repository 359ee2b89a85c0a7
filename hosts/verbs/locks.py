"""Locks. Everybody who sees an object sees its lock, with who and why."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, OPERATOR, Verb, register
from audit.params import allow

register(
    Verb(
        "lock.set",
        _("Lock objects"),
        _("Lock a container, volume, host …, so that nobody changes it; remove one's own lock"),
        "host",
        OPERATOR,
        needs=("host.view",),
    )
)
register(
    Verb(
        "lock.override",
        _("Remove others' locks"),
        _("Unlock what somebody else has locked"),
        "host",
        ADMIN,
        sensitive=True,
        needs=("host.view",),
    )
)
for name in ("lock.set", "lock.remove"):
    allow(name, "reason", "locked_by")
