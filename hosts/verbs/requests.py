"""Requests for access. Everybody may ask. Deciding needs a verb."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, Verb, register
from audit.params import allow

APPROVE = register(
    Verb(
        "access.approve",
        _("Decide on requests"),
        _("Approve or refuse access requests, within one's own rights everywhere"),
        "access",
        ADMIN,
        site=True,
        sensitive=True,
    )
)

# of one request, from asking to its end
ASK, REFUSE, WITHDRAW = "access.ask", "access.refuse", "access.withdraw"
EXPIRED, GRANT_ENDED = "access.request_expired", "access.grant_ended"
for name in (ASK, APPROVE.name, REFUSE, WITHDRAW, EXPIRED, GRANT_ENDED):
    allow(
        name, "role", "place", "narrowed", "minutes", "reason", "answer", "missing", "who", "until"
    )
