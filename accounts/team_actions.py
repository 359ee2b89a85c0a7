"""All changes to teams. Each one authorises, changes and writes its entry in one transaction.

People who manage access change teams whose grants give no more than they hold. A team's owners add and
remove members. Wrong fields raise ValidationError, everything else AccountsError.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import epoch, grant_source
from accounts.errors import AccountsError
from accounts.models import Membership, Team, User
from accounts.permission import require_access
from accounts.unique_names import refuse_taken
from audit import params, write
from audit.shapes import Target, Who

VERB = "access.team"
params.allow(VERB, "made", "removed", "words", "let_in", "let_out", "owner", "people", "grants")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


def target_of_team(team: Team) -> Target:
    """The audit target of a team."""
    return Target(kind="team", id=team.pk or "", name=team.name)


def make(by: User, who: Who, *, name: str, words: str = "") -> Team:
    """Create a team without members. ValidationError, NotPermitted."""
    require_access(by, who, target=Target(kind="team", name=name))
    name = _check_name(name)
    with refuse_taken(_name_taken()):
        team = Team.objects.create(name=name, words=words.strip()[:200])
        _enter(who, team, {"made": True, "words": team.words})
    return team


def edit(by: User, who: Who, *, team: Team, name: str, words: str) -> None:
    """Change name and words. ValidationError, NotPermitted."""
    require_access(by, who, target=target_of_team(team), gives=team)
    name, words = _check_name(name, but=team), words.strip()[:200]
    with refuse_taken(_name_taken()):
        before = {"name": team.name, "words": team.words}
        after = {"name": name, "words": words}
        if before != after:
            team.name, team.words = name, words
            team.save(update_fields=["name", "words"])
            _enter(who, team, {"before": before, "after": after})


def remove(by: User, who: Who, *, team: Team) -> None:
    """Delete the team and the grants to it. Its members stay. NotPermitted."""
    require_access(by, who, target=target_of_team(team), gives=team)
    with transaction.atomic():
        params = {
            "removed": True,
            "people": sorted(str(one.user) for one in _members(team)),
            "grants": grant_source.count_grants(team),
        }
        target = target_of_team(team)
        team.delete()
        epoch.raise_epoch()
        write.event(who, VERB, target, params=params)


def add_member(by: User, who: Who, *, team: Team, user: User) -> None:
    """Add `user`, who gets the team's grants. NotPermitted, AccountsError."""
    _require_member_change(by, who, team)
    if not user.is_active:
        raise AccountsError(
            _("%(name)s is disabled: enable them first, then add them.") % {"name": user}
        )
    with transaction.atomic():
        _membership, made = Membership.objects.get_or_create(team=team, user=user)
        if made:
            _enter(who, team, {"let_in": str(user)})


def remove_member(by: User, who: Who, *, team: Team, user: User) -> None:
    """Remove `user`, who loses the team's grants. NotPermitted, AccountsError."""
    _require_member_change(by, who, team)
    with transaction.atomic():
        found = Membership.objects.select_for_update().filter(team=team, user=user).first()
        if found is None:
            return
        if found.given_by:
            words = _(
                "%(name)s is in %(team)s through groups of %(provider)s, and the next sign-in "
                "would add them again. Remove them from the group there."
            )
            raise AccountsError(words % {"name": user, "team": team, "provider": found.given_by})
        found.delete()
        _enter(who, team, {"let_out": str(user)})


def set_owner(by: User, who: Who, *, team: Team, user: User, owner: bool) -> None:
    """Make a member an owner, who adds and removes members, or no longer. NotPermitted."""
    require_access(by, who, target=target_of_team(team), gives=team)
    with transaction.atomic():
        changed = Membership.objects.filter(team=team, user=user, owner=not owner)
        if changed.update(owner=owner):
            before, after = ({"owner": not owner}, {"owner": owner})
            _enter(who, team, {"before": before, "after": after}, detail=str(user))


def is_owner(user: User, team: Team) -> bool:
    """True when the user is an owner of the team."""
    return (
        user.is_active
        and user.pk is not None
        and Membership.objects.filter(team=team, user=user, owner=True).exists()
    )


def _require_member_change(by: User, who: Who, team: Team) -> None:
    if not is_owner(by, team):
        require_access(by, who, target=target_of_team(team), gives=team)


def _members(team: Team) -> Any:
    return team.memberships.select_related("user").order_by("user__name", "pk")


def _check_name(name: str, *, but: Team | None = None) -> str:
    name = name.strip()
    if not NAME.fullmatch(name):
        raise ValidationError({"name": [name_rule()]})
    same = Team.objects.filter(name=name)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise _name_taken()
    return name


def _name_taken() -> ValidationError:
    return ValidationError({"name": [_("There is already a team with this name.")]})


def name_rule() -> str:
    """The sentence about valid names of teams and roles."""
    return _(
        "Lower-case letters, digits, “-” and “_”, at most 50, starting with a letter or digit."
    )


def _enter(who: Who, team: Team, params: dict[str, Any], *, detail: str = "") -> None:
    epoch.raise_epoch()
    write.event(who, VERB, target_of_team(team), params=params, detail=detail)
