"""All changes to custom roles. Built-in roles are computed and cannot be changed.

As in accounts.actions. Nobody changes a role with more rights than their own, or gives it such rights.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import epoch, grant_source, invitations, verbs
from accounts.errors import AccountsError
from accounts.models import OneTimeLink, Role, User
from accounts.permission import require_access
from accounts.team_actions import NAME, name_rule
from accounts.unique_names import refuse_taken
from accounts.verbs import BUILT_IN_ROLES
from audit import params, write
from audit.shapes import Target, Who

VERB = "access.role"
params.allow(VERB, "made", "removed", "words", "verbs", "added", "left")
_SHOWN = 5


@dataclass(frozen=True)
class RoleOptions:
    """The name, words and verbs of a role."""

    name: str
    words: str = ""
    verbs: tuple[str, ...] = ()


def target_of_role(role: Role) -> Target:
    """The audit target of a role."""
    return Target(kind="role", id=role.pk or "", name=role.name)


def make(by: User, who: Who, options: RoleOptions) -> Role:
    """Create a role. ValidationError by field, NotPermitted."""
    target = Target(kind="role", name=options.name)
    require_access(by, who, target=target)
    name, chosen = _checked_name(options.name), _checked_verbs(options.verbs)
    role = Role(name=name, words=options.words.strip()[:200], verbs=chosen)
    require_access(by, who, target=target, gives=role)
    with refuse_taken(_name_taken()):
        role.save()
        _enter(who, role, {"made": True, "words": role.words, "verbs": chosen})
    return role


def edit(by: User, who: Who, options: RoleOptions, *, role: Role) -> None:
    """Change verbs, words and name. It takes effect at once. ValidationError, NotPermitted."""
    target = target_of_role(role)
    require_access(by, who, target=target, gives=role)
    _must_be_own(role)
    name, chosen = _checked_name(options.name, but=role), _checked_verbs(options.verbs)
    require_access(by, who, target=target, gives=Role(name=name, verbs=chosen))
    words = options.words.strip()[:200]
    with refuse_taken(_name_taken()):
        role = Role.objects.select_for_update().get(pk=role.pk)
        had = set(role.verb_names())
        before = {"name": role.name, "words": role.words}
        after = {"name": name, "words": words}
        params: dict[str, Any] = {
            "added": sorted(set(chosen) - had),
            "left": sorted(had - set(chosen)),
        }
        if before != after:
            params |= {"before": before, "after": after}
        elif not params["added"] and not params["left"]:
            return
        role.name, role.words, role.verbs = name, words, chosen
        role.save(update_fields=["name", "words", "verbs"])
        _enter(who, role, params)


def remove(by: User, who: Who, *, role: Role) -> None:
    """Delete the role. AccountsError with the names of people who have it. NotPermitted."""
    require_access(by, who, target=target_of_role(role), gives=role)
    _must_be_own(role)
    with transaction.atomic():
        role = Role.objects.select_for_update().get(pk=role.pk)
        if used := used_by(role):
            words = _("%(role)s is in use: %(used)s. Give them another role first.")
            raise AccountsError(words % {"role": role.name, "used": used})
        # used or ended invitations
        OneTimeLink.objects.filter(role=role).update(role=None)
        target, chosen = target_of_role(role), sorted(role.verb_names())
        role.delete()
        epoch.raise_epoch()
        write.event(who, VERB, target, params={"removed": True, "verbs": chosen})


def used_by(role: Role) -> str:
    """Who has the role, as text. Empty if nobody has it."""
    names = [str(user) for user in role.users.order_by("name", "pk")[: _SHOWN + 1]]
    if len(names) > _SHOWN:
        more = role.users.count() - _SHOWN
        names = [*names[:_SHOWN], _("%d more") % more]
    invited = invitations.invitations_with_role(role).values_list("email", flat=True)
    names += [_("an invitation for %s") % email for email in invited]
    grants = grant_source.count_grants(role)
    if grants:
        names.append(_("%d grants") % grants if grants > 1 else _("one grant"))
    return ", ".join(names)


def copy_of(role: Role) -> RoleOptions:
    """The options of a new role that starts as a copy. Without the words, which are wrong once another verb
    is ticked.
    """
    return RoleOptions(f"{role.name}-2", "", tuple(sorted(role.verb_names())))


def _must_be_own(role: Role) -> None:
    if role.built_in:
        raise AccountsError(
            _("%(role)s is built in and cannot be changed. Copy it and change the copy.")
            % {"role": role.label}
        )


def _checked_name(name: str, *, but: Role | None = None) -> str:
    name = name.strip()
    if not NAME.fullmatch(name):
        raise ValidationError({"name": [name_rule()]})
    same = Role.objects.filter(name=name)
    if name in BUILT_IN_ROLES or (same.exclude(pk=but.pk) if but else same).exists():
        raise _name_taken()
    return name


def _name_taken() -> ValidationError:
    return ValidationError({"name": [_("There is already a role with this name.")]})


def _checked_verbs(chosen: Iterable[str]) -> list[str]:
    """The verbs, sorted. ValidationError for none, unknown ones, or ones that need others."""
    names = sorted(set(chosen))
    if not names:
        raise ValidationError(
            {"verbs": [_("Tick at least one verb. A role that permits nothing is “member”.")]}
        )
    unknown = [name[:60] for name in names if not verbs.is_registered(name)]
    if unknown:
        words = _("There is no verb %s.") % ", ".join(unknown)
        raise ValidationError({"verbs": [words]})
    problems = [
        _("“%(verb)s” has no effect without: %(others)s.")
        % {"verb": _label(name), "others": ", ".join(f"“{_label(other)}”" for other in others)}
        for name, others in verbs.lacking(names).items()
    ]
    if problems:
        raise ValidationError({"verbs": problems})
    return names


def _label(name: str) -> str:
    verb = verbs.get_verb(name)
    return str(verb.label) if verb else name


def _enter(who: Who, role: Role, params: dict[str, Any]) -> None:
    epoch.raise_epoch()
    write.event(who, VERB, target_of_role(role), params=params)
