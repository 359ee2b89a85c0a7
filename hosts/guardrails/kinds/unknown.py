"""The kind about unknown fields. They are refused without such a rule too, wherever another rule applies.

What Haulout does not understand it cannot judge.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts.guardrails.kinds.kind import Breach, Kind, Setting, Settings, lines_of
from hosts.guardrails.kinds.matching import matches
from hosts.guardrails.proposal import Proposal


def _unknown(settings: Settings, proposal: Proposal) -> Iterator[Breach]:
    allowed = lines_of(settings, "allow")
    for field in proposal.unknown:
        if not matches(field, allowed):
            yield field, words_for(field)


def words_for(field: str) -> str:
    """The sentence about an unknown field."""
    return _now("Haulout does not know the field %s, so it cannot judge it.") % field


UNKNOWN = Kind(
    "unknown_fields",
    _("Unknown fields"),
    _(
        "Fields that Haulout does not know. They are refused wherever any rule applies; this "
        "rule allows some, or asks or warns instead."
    ),
    "circle-question-mark",
    settings=(Setting("allow", _("Allowed fields"), example="spec.newThing"),),
    whole=_unknown,
)
KINDS = (UNKNOWN,)
