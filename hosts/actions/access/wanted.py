"""A grant as somebody wants it, and what is wrong with it: a grant on nothing is none."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, Team, User
from hosts.access.given import in_force, role_verbs
from hosts.access.narrowing import Narrowing
from hosts.models import Endpoint, Grant, Group, Host
from hosts.refusals import FieldRefusal

LONGEST_LABEL, LONGEST_NAMES, LONGEST_REASON = 250, 200, 300
# with more of them a long name that a host sends takes minutes to compare
MOST_STARS = 3


@dataclass(frozen=True)
class Wanted:
    """To a team or a person; no group, host or endpoint: everywhere. `label`, `names`: for these
    containers alone (hosts.access.narrowing). `until` None: for good.
    """

    role: Role
    team: Team | None = None
    user: User | None = None
    group: Group | None = None
    host: Host | None = None
    endpoint: Endpoint | None = None
    label: str = ""
    names: str = ""
    until: datetime | None = None
    reason: str = ""

    @property
    def role_verbs(self) -> frozenset[str]:
        """Verbs of its role that a grant can give."""
        return role_verbs(self.role)

    @property
    def fields(self) -> dict[str, Any]:
        """What makes it another grant than others: all but its end and its reason."""
        return {
            "team": self.team,
            "user": self.user,
            "role": self.role,
            "group": self.group,
            "host": self.host,
            "endpoint": self.endpoint,
            "label": self.label,
            "names": self.names,
        }

    @property
    def narrowing(self) -> Narrowing | None:
        """Which containers it concerns alone; None: all that is there."""
        return Narrowing(self.label, self.names) if self.label or self.names else None


def checked(wanted: Wanted) -> Wanted:
    """The same, tidied. FieldRefusal with the field to change."""
    wanted = replace(
        wanted,
        label=wanted.label.strip(),
        names=re.sub(r"\*+", "*", wanted.names.strip()),
        reason=wanted.reason.strip().replace("\0", "")[:LONGEST_REASON],
    )
    if (wanted.team is None) == (wanted.user is None):
        raise FieldRefusal("to", _("Say to whom: one person or one team."))
    if wanted.user is not None and not wanted.user.is_active:
        words = _("%(name)s is disabled and could not use it. Enable them first.")
        raise FieldRefusal("to", words % {"name": wanted.user})
    if sum(place is not None for place in (wanted.group, wanted.host, wanted.endpoint)) > 1:
        raise FieldRefusal("where", _("One place: everywhere, a group, a host or an endpoint."))
    _check_narrowing(wanted)
    check_gives_something(wanted)
    if wanted.until is not None and wanted.until <= timezone.now():
        raise FieldRefusal("until", _("That is over already: choose a time to come."))
    _must_be_new(wanted)
    return wanted


def _check_narrowing(wanted: Wanted) -> None:
    if len(wanted.label) > LONGEST_LABEL or "\0" in wanted.label:
        raise FieldRefusal("label", _("At most %d characters.") % LONGEST_LABEL)
    if wanted.label and not wanted.label.partition("=")[0].strip():
        raise FieldRefusal("label", _("Write it as app or app=shop."))
    if len(wanted.names) > LONGEST_NAMES or "\0" in wanted.names:
        raise FieldRefusal("names", _("At most %d characters.") % LONGEST_NAMES)
    if wanted.names.count("*") > MOST_STARS:
        raise FieldRefusal("names", _("At most %d stars in a pattern.") % MOST_STARS)


def check_gives_something(wanted: Wanted) -> None:
    """FieldRefusal for a role that gives nothing there."""
    gives = wanted.role_verbs
    if not gives:
        words = _(
            "A grant of %(role)s gives nothing: what it holds is about the whole site, and comes"
            " with one's own role alone."
        )
        raise FieldRefusal("role", words % {"role": wanted.role.label})
    if wanted.narrowing and "container.view" not in gives:
        words = _("%(role)s shows no containers, so narrowed to some it gives nothing.")
        raise FieldRefusal("role", words % {"role": wanted.role.label})
    if "host.view" not in gives and not wanted.narrowing:
        words = _("%(role)s does not show hosts, so nobody could use it.")
        raise FieldRefusal("role", words % {"role": wanted.role.label})


def _must_be_new(wanted: Wanted) -> None:
    same = in_force(Grant.objects.filter(**wanted.fields)).first()
    if same is not None:
        words = _("They have exactly that already (grant %(id)d): change its end instead.")
        raise FieldRefusal("to", words % {"id": same.pk})
