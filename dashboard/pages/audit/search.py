"""The filter line of the audit page: to the filters that audit.queries understands."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import KIND_LABELS, RESULT_LABELS
from audit.queries import Filters
from dashboard.live import filterline

RESULTS = [value for value, _label in RESULT_LABELS]
KINDS = [value for value, _label in KIND_LABELS if value not in ("outcome", "resolution")]
DOORS = ("page", "socket", "console", "host", "worker", "link", "api", "gate")
NAMES = ("person", "verb", "host", "object", "result", "kind", "door", "since", "until")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters, and words for what could not be understood."""

    filters: Filters
    troubles: list[str]


def read(line: str) -> Asked:
    """`person:Alice verb:container.* host:web1 object:shop result:failed since:2h` to filters."""
    filters, troubles = Filters(), []
    for term in filterline.parse(line):
        if term.negative:
            troubles.append(_("The audit log is not searched by exclusion: take the minus off."))
            continue
        name = term.name or "object"
        if name not in NAMES:
            known = ", ".join(f"{one}:" for one in NAMES)
            troubles.append(
                _("Nothing here is called “%(name)s:”. There is %(known)s.")
                % {"name": name, "known": known}
            )
            continue
        filters = _with(filters, name, term.value, troubles)
    return Asked(filters, troubles)


def _with(filters: Filters, name: str, value: str, troubles: list[str]) -> Filters:
    given: Any = value
    fixed = {"result": RESULTS, "kind": KINDS}.get(name)
    if fixed and value.lower() not in fixed:
        troubles.append(
            _("“%(token)s:%(value)s” means nothing. There is %(known)s.")
            % {"token": name, "value": value, "known": ", ".join(fixed)}
        )
        return filters
    if fixed:
        given = value.lower()
    if name in ("since", "until"):
        given = moment(value)
        if given is None:
            troubles.append(_("Write a time as 2h, 3d, 2026-11-24 or 2026-11-24T14:00 (UTC)."))
            return filters
    return replace(filters, **{name: given})


def moment(value: str) -> datetime | None:
    """`90m`, `2h`, `3d`, `1w` ago, or a date or time in UTC; None when it is none of these."""
    if found := re.fullmatch(r"(\d{1,4})([mhdw])", value):
        return timezone.now() - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        read_at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read_at if read_at.tzinfo else read_at.replace(tzinfo=UTC)


def suggestions(typed: str) -> list[dict[str, str]]:
    """What could come next while typing."""
    name, colon, value = typed[:100].partition(":")
    if not colon:
        return [{"insert": f"{n}:", "hint": ""} for n in NAMES if n.startswith(name.lower())]
    from accounts.verbs import all_verbs

    known: dict[str, list[str]] = {
        "result": RESULTS,
        "kind": KINDS,
        "door": list(DOORS),
        "verb": [verb.name for verb in all_verbs()],
        "since": ["1h", "1d", "1w"],
    }
    found = [one for one in known.get(name.lower(), []) if one.startswith(value)]
    return [{"insert": f"{name}:{one}", "hint": ""} for one in found[:12]]
