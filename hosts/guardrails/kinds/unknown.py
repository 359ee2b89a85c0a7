"""The kind about fields that nobody knows. Without a rule of it they are refused all the same,
wherever another rule applies: what is not understood cannot be judged.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts.guardrails.kinds.kind import Found, Kind, Setting, Settings, lines_of
from hosts.guardrails.kinds.matching import matches
from hosts.guardrails.proposed import Proposed


def _unknown(settings: Settings, proposed: Proposed) -> Iterator[Found]:
    allowed = lines_of(settings, "allow")
    for field in proposed.unknown:
        if not matches(field, allowed):
            yield field, words_for(field)


def words_for(field: str) -> str:
    """What is said of a field that nobody knows."""
    return _now("Haulout does not know the field %s, so it cannot judge it.") % field


UNKNOWN = Kind(
    "unknown_fields",
    _("Unknown fields"),
    _(
        "Fields that Haulout does not know. They are refused wherever any rule applies; this rule "
        "lets some pass, or asks or warns instead."
    ),
    "circle-question-mark",
    settings=(Setting("allow", _("Fields that may stand there"), example="spec.newThing"),),
    whole=_unknown,
)
KINDS = (UNKNOWN,)
