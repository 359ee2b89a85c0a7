"""Guardrails. Everyone who sees hosts may read them: who is refused should know by what."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, Verb, register
from audit.params import allow

register(
    Verb(
        "guardrail.edit",
        _("Edit guardrails"),
        _("Make, change, remove rules on what may be created"),
        "host",
        ADMIN,
    )
)

allow("guardrail.edit", "made", "removed", "severity", "everywhere", "settings", "words")
