"""The options of a grant, and their checks."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, Team, User
from hosts.access.grant_rows import in_force, role_verbs
from hosts.access.narrowing import Narrowing
from hosts.models import Endpoint, Grant, Group, Host
from hosts.refusals import FieldRefusal

LONGEST_LABEL, LONGEST_NAMES, LONGEST_REASON = 250, 200, 300
# more stars would take minutes to match against a long name from a host
MOST_STARS = 3


@dataclass(frozen=True)
class GrantOptions:
    """A grant to a team or a person. Without group, host and endpoint it is everywhere. `label`, `names`:
    only for these containers (hosts.access.narrowing). `until` None: it does not end.
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
        """Verbs of the role that a grant can give."""
        return role_verbs(self.role)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that make it a different grant: all but its end and its reason."""
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
        """The containers that it is limited to. None: no limit."""
        return Narrowing(self.label, self.names) if self.label or self.names else None


def check_options(options: GrantOptions) -> GrantOptions:
    """The tidied options. FieldRefusal names the field."""
    options = replace(
        options,
        label=options.label.strip(),
        names=re.sub(r"\*+", "*", options.names.strip()),
        reason=options.reason.strip().replace("\0", "")[:LONGEST_REASON],
    )
    if (options.team is None) == (options.user is None):
        raise FieldRefusal("to", _("Choose one person or one team."))
    if options.user is not None and not options.user.is_active:
        words = _("%(name)s is disabled and could not use it. Enable them first.")
        raise FieldRefusal("to", words % {"name": options.user})
    if sum(place is not None for place in (options.group, options.host, options.endpoint)) > 1:
        raise FieldRefusal(
            "where", _("Choose one place: everywhere, a group, a host or an endpoint.")
        )
    _check_narrowing(options)
    check_gives_something(options)
    if options.until is not None and options.until <= timezone.now():
        raise FieldRefusal("until", _("That time is already over: choose a later one."))
    _must_be_new(options)
    return options


def _check_narrowing(options: GrantOptions) -> None:
    if len(options.label) > LONGEST_LABEL or "\0" in options.label:
        raise FieldRefusal("label", _("At most %d characters.") % LONGEST_LABEL)
    if options.label and not options.label.partition("=")[0].strip():
        raise FieldRefusal("label", _("Write it as app or app=shop."))
    if len(options.names) > LONGEST_NAMES or "\0" in options.names:
        raise FieldRefusal("names", _("At most %d characters.") % LONGEST_NAMES)
    if options.names.count("*") > MOST_STARS:
        raise FieldRefusal("names", _("At most %d stars in a pattern.") % MOST_STARS)


def check_gives_something(options: GrantOptions) -> None:
    """FieldRefusal for a role that gives nothing there."""
    gives = options.role_verbs
    if not gives:
        words = _(
            "A grant of %(role)s permits nothing: its verbs are about the whole site and work "
            "only as a person's own role."
        )
        raise FieldRefusal("role", words % {"role": options.role.label})
    if options.narrowing and "container.view" not in gives:
        words = _(
            "%(role)s does not show containers, so a grant for some containers permits nothing."
        )
        raise FieldRefusal("role", words % {"role": options.role.label})
    if "host.view" not in gives and not options.narrowing:
        words = _("%(role)s does not show hosts, so nobody could use it.")
        raise FieldRefusal("role", words % {"role": options.role.label})


def _must_be_new(options: GrantOptions) -> None:
    same = in_force(Grant.objects.filter(**options.fields)).first()
    if same is not None:
        words = _("They already have exactly this (grant %(id)d): change its end instead.")
        raise FieldRefusal("to", words % {"id": same.pk})
