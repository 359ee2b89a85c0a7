"""All changes to people. Each one authorises, changes and writes its entry in one transaction.

`by` is the person who asks (also the console's), `who` their entry in the log. Wrong fields raise
ValidationError by field name, everything else accounts.errors.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import epoch, invitations
from accounts.errors import AdminExists, LastAdmin, NotSignedIn
from accounts.invitations import Kind
from accounts.models import OneTimeLink, Role, Team, User, tidy_email
from accounts.names import check_name
from accounts.permission import require_access, require_manage, target_of
from accounts.sessions import end_sessions
from accounts.unique_names import refuse_taken
from accounts.verbs import ADMIN
from audit import params as log
from audit import write
from audit.shapes import Target, Who

for _verb in ("people.invite", "people.accept"):
    log.allow(_verb, "teams", "grants")


def create_first_admin(who: Who, *, email: str, name: str, password: str) -> User:
    """Create the first administrator without a link (the `setup` command). AdminExists."""
    with transaction.atomic():
        role = _lock_admins()
        if invitations.admin_exists():
            raise AdminExists
        user = _new_user(email=email, name=name, role=role, password=password)
        invitations.live().filter(kind=Kind.FIRST_ADMIN).update(withdrawn_at=timezone.now())
        _enter(_as(who, user), "people.first_admin", user, {"email": user.email})
    return user


def welcome_first_admin(who: Who, token: str, *, email: str, name: str, password: str) -> User:
    """Create the first administrator from the link that `up` prints. LinkDead, AdminExists."""
    with transaction.atomic():
        invitations.use_up(invitations.find(Kind.FIRST_ADMIN, token))
        return create_first_admin(who, email=email, name=name, password=password)


def _nothing_else(_link: OneTimeLink) -> list[str]:
    return []


def invite(
    by: User,
    who: Who,
    *,
    email: str,
    role: Role,
    teams: Iterable[Team] = (),
    brings: Callable[[OneTimeLink], list[str]] = _nothing_else,
) -> str:
    """The path of a link with which the owner of `email` joins with `role` and `teams`. It is shown once
    and lasts 7 days. `brings` writes the grants of the invitation, which are authorised already, and
    returns their words.
    """
    email = tidy_email(email)
    _check({"email": lambda: validate_email(email)})
    target = Target(kind="user", name=email)
    require_manage(by, who, target=target, role=role)
    teams = list(teams)
    for team in teams:
        # adding a member gives them the team's grants
        require_access(by, who, target=target, gives=team)
    _must_be_new(email)
    with transaction.atomic():
        path = invitations.make_link(
            Kind.INVITE, made_by=who.name, maker=by, email=email, role=role, teams=teams
        )
        params: dict[str, Any] = {"email": email, "role": role.name}
        if teams:
            params["teams"] = [team.name for team in teams]
        if grants := brings(invitations.live().get(kind=Kind.INVITE, email=email)):
            params["grants"] = grants
        write.event(who, "people.invite", target, params=params)
    return path


def accept_invitation(who: Who, token: str, *, name: str, password: str) -> User:
    """Create the invited person, who can sign in from now on. LinkDead."""
    with transaction.atomic():
        link = invitations.find(Kind.INVITE, token)
        invitations.use_up(link)
        role = link.role
        assert role is not None  # invite() always gives one
        user = _new_user(email=link.email, name=name, role=role, password=password)
        as_user = _as(who, user)
        brought = invitations.apply_teams_and_grants(link, user, as_user)
        params = {"email": user.email, "role": role.name, **brought}
        _enter(as_user, "people.accept", user, params, detail=f"invited by {link.made_by}")
    return user


def withdraw_invitation(by: User, who: Who, *, link: OneTimeLink) -> None:
    """Withdraw an open invitation. One that was used stays used."""
    target = Target(kind="user", name=link.email)
    require_manage(by, who, target=target, role=by.role)
    with transaction.atomic():
        if invitations.live().filter(pk=link.pk).update(withdrawn_at=timezone.now()):
            write.event(who, "people.withdraw", target, params={"email": link.email})


def make_reset_link(by: User, who: Who, *, user: User) -> str:
    """The path of a link with which `user` sets a new password. NotSignedIn. It is shown once and lasts 24
    hours.
    """
    require_manage(by, who, target=target_of(user), role=user.role, over=user)
    if user.kind != User.Kind.PERSON:
        raise NotSignedIn(str(user))
    with transaction.atomic():
        path = invitations.make_link(
            Kind.RESET, made_by=who.name, maker=by, email=user.email, user=user
        )
        _enter(who, "people.reset_link", user, {"email": user.email})
    return path


def reset_password(who: Who, token: str, *, password: str) -> User:
    """Set the new password of the link's person and end their sessions. LinkDead."""
    with transaction.atomic():
        link = invitations.find(Kind.RESET, token)
        user = link.user
        assert user is not None  # make_reset_link() always gives one
        _check({"password": lambda: validate_password(password, user)})
        invitations.use_up(link)
        user.set_password(password)
        user.save(update_fields=["password"])
        end_sessions(user)
        epoch.raise_epoch()
        _enter(_as(who, user), "people.reset", user, detail=f"link made by {link.made_by}")
    return user


def change_role(by: User, who: Who, *, user: User, role: Role) -> None:
    """Give `user` another role. LastAdmin."""
    require_manage(by, who, target=target_of(user), role=user.role, over=user)
    require_manage(by, who, target=target_of(user), role=role)
    with transaction.atomic():
        _lock_admins()
        user = User.objects.get(pk=user.pk)
        if user.role_id == role.pk:
            return
        if role.name != ADMIN:
            _must_not_be_last(user)
        before, user.role = user.role.name, role
        user.save(update_fields=["role"])
        epoch.raise_epoch()
        params = {"before": {"role": before}, "after": {"role": role.name}}
        _enter(who, "people.role", user, params)


def disable(by: User, who: Who, *, user: User) -> None:
    """Sign `user` out everywhere. They cannot sign in, and their links are withdrawn. LastAdmin."""
    require_manage(by, who, target=target_of(user), role=user.role, over=user)
    with transaction.atomic():
        _lock_admins()
        user = User.objects.get(pk=user.pk)
        if not user.is_active:
            return
        _must_not_be_last(user)
        invitations.live().filter(user=user).update(withdrawn_at=timezone.now())
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_sessions(user)
        epoch.raise_epoch()
        _enter(who, "people.disable", user)


def enable(by: User, who: Who, *, user: User) -> None:
    """Let `user` sign in again with their old password."""
    require_manage(by, who, target=target_of(user), role=user.role, over=user)
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            epoch.raise_epoch()
            _enter(who, "people.enable", user)


def remove_second_factor(by: User, who: Who, *, user: User) -> None:
    """Remove all second factors, for a person who lost phone and codes."""
    require_manage(by, who, target=target_of(user), role=user.role, over=user)
    with transaction.atomic():
        removed, _per_model = Authenticator.objects.filter(user=user).delete()
        if removed:
            # their role may require one
            epoch.raise_epoch()
            _enter(who, "people.factor", user, detail="taken away")


def rename(user: User, who: Who, *, name: str) -> None:
    """Change one's own name, which pages and the log show from now on."""
    with transaction.atomic():
        before, user.name = user.name, name.strip()
        _check({"name": lambda: user.full_clean(exclude=["email", "role", "password"])})
        if before != user.name:
            _check({"name": lambda: check_name(user.name)})
            user.save(update_fields=["name"])
            params = {"before": {"name": before}, "after": {"name": user.name}}
            _enter(who, "people.rename", user, params)


def _new_user(*, email: str, name: str, role: Role, password: str) -> User:
    email = tidy_email(email)
    unsaved = User(email=email, name=name.strip(), role=role)
    _check(
        {
            "email": lambda: validate_email(email),
            "name": lambda: _must_be_given(name),
            "password": lambda: validate_password(password, unsaved),
        }
    )
    _must_be_new(email)
    with refuse_taken(_is_here(email)):
        return User.objects.create_user(email, name=name, role=role, password=password)


def _check(checks: Mapping[str, Any]) -> None:
    """Run all checks and raise their problems together, by field."""
    problems: dict[str, list[str]] = {}
    for field, check in checks.items():
        try:
            check()
        except ValidationError as problem:
            problems[field] = list(problem.messages)
    if problems:
        raise ValidationError(problems)


def _must_be_given(name: str) -> None:
    if not name.strip():
        raise ValidationError(_("Give a name: other people and the audit log show it."))
    check_name(name.strip())


def _must_be_new(email: str) -> None:
    if User.objects.filter(email=email).exists():
        raise _is_here(email)


def _is_here(email: str) -> ValidationError:
    words = _("%(email)s already has an account here.") % {"email": email}
    return ValidationError({"email": [words]})


def _lock_admins() -> Role:
    """Lock the admin role's row, so that two changes cannot remove the last administrators."""
    return Role.objects.select_for_update().get(name=ADMIN)


def _must_not_be_last(user: User) -> None:
    others = User.objects.filter(role__name=ADMIN, is_active=True, kind=User.Kind.PERSON)
    if user.kind != User.Kind.PERSON:
        return
    if user.role.name == ADMIN and user.is_active and not others.exclude(pk=user.pk).exists():
        raise LastAdmin(str(user))


def _as(who: Who, user: User) -> Who:
    return replace(who, name=str(user), user_id=user.pk)


def _enter(
    who: Who, verb: str, user: User, params: dict[str, Any] | None = None, *, detail: str = ""
) -> None:
    write.event(who, verb, target_of(user), params=params, detail=detail)
