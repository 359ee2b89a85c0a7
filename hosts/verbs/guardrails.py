"""Guardrails. Everybody who sees hosts may read them, to know why something is refused."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, Verb, register
from audit.params import allow

register(
    Verb(
        "guardrail.edit",
        _("Edit guardrails"),
        _(
            "Create, change and remove the rules on what may be created; this includes removing "
            "every rule"
        ),
        "host",
        ADMIN,
        # a rule counts for everyone, so a right for some hosts is not enough
        site=True,
        sensitive=True,
        needs=("host.view",),
    )
)

register(
    Verb(
        "guardrail.approve",
        _("Approve jobs that guardrails stop"),
        _("Allow, once, a job that a guardrail permits only with approval"),
        "host",
        ADMIN,
        sensitive=True,
        needs=("host.view",),
    )
)

# of one question, from the click to its end
for name in ("guardrail.approve", "guardrail.refuse"):
    allow(name, "job", "asked_by", "rules", "reason", "answer")
# which of what is hidden of a question was read
allow("guardrail.show", "asked_by", "fields")
allow("guardrail.edit", "made", "removed", "severity", "everywhere", "settings", "words")
