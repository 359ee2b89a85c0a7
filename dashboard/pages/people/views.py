"""Pages about people. Everything here needs people.manage; accounts.actions changes."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import actions, invitations
from accounts.errors import AccountsError, NotPermitted
from accounts.factors import FACTORS, has_factor
from accounts.invitations import Kind
from accounts.models import OneTimeLink, Role, User
from accounts.verbs import PEOPLE_MANAGE
from audit.shapes import Target
from dashboard.pages.people.forms import InviteForm, RoleForm
from dashboard.person import person_of
from dashboard.second_factor import lacking
from hosts import access
from hosts.access import Person

EVERYBODY = Target(kind="user", name="everybody")


def whole_url(request: HttpRequest, path: str) -> str:
    """The link to pass on: under the public address when one is set, else as we were asked."""
    if settings.HAULOUT_URL:
        return f"{settings.HAULOUT_URL}{path}"
    return request.build_absolute_uri(path)


def _allowed(request: HttpRequest) -> Person:
    person = person_of(request)
    access.require(person, PEOPLE_MANAGE.name, EVERYBODY)
    return person


def _list(request: HttpRequest, form: InviteForm, **context: object) -> HttpResponse:
    having = Authenticator.objects.filter(type__in=FACTORS)
    context |= {
        "form": form,
        "people": User.objects.order_by("-is_active", "name", "pk"),
        "with_factor": set(having.values_list("user_id", flat=True)),
        "lacking": lacking(User.objects.values_list("pk", flat=True)),
        "open_invitations": invitations.live().filter(kind=Kind.INVITE),
    }
    return render(request, "people/list.html", context)


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, and the invitations that are open."""
    _allowed(request)
    return _list(request, InviteForm())


@require_POST
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """Make an invitation; its link is in this one answer and nowhere else."""
    person = _allowed(request)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            path = actions.invite(person.user, person.who, **form.cleaned_data)
        except ValidationError as problem:
            form.add_error(None, problem)
        except NotPermitted as refusal:
            raise access.Denied(refusal.verb) from refusal
        else:
            given = {"link": whole_url(request, path), "link_for": form.cleaned_data["email"]}
            return _list(request, InviteForm(), **given)
    return _list(request, form)


@require_POST
def withdraw(request: HttpRequest, link_id: int) -> HttpResponse:
    """Take an open invitation back."""
    person = _allowed(request)
    link = get_object_or_404(OneTimeLink, pk=link_id, kind=Kind.INVITE)
    actions.withdraw_invitation(person.user, person.who, link=link)
    messages.success(
        request, _("The invitation of %(email)s is withdrawn.") % {"email": link.email}
    )
    return redirect("people:list")


def _page(request: HttpRequest, user: User, **context: object) -> HttpResponse:
    context |= {
        "one": user,
        "form": RoleForm(initial={"role": user.role.name}),
        "factor": has_factor(user),
        "lacking": bool(lacking([user.pk])),
    }
    return render(request, "people/page.html", context)


@require_GET
def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person and what can be changed about them."""
    _allowed(request)
    return _page(request, get_object_or_404(User, pk=user_id))


@require_POST
@never_cache
def reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """Make a link for a new password; it is in this one answer and nowhere else."""
    person = _allowed(request)
    user = get_object_or_404(User, pk=user_id, is_active=True)
    try:
        path = actions.make_reset_link(person.user, person.who, user=user)
    except NotPermitted as refusal:
        raise access.Denied(refusal.verb) from refusal
    return _page(request, user, link=whole_url(request, path))


@require_POST
def role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a person another role."""
    chosen = get_object_or_404(Role, name=request.POST.get("role", ""))

    def change(person: Person, user: User) -> str:
        actions.change_role(person.user, person.who, user=user, role=chosen)
        return _("%(name)s is %(role)s now.") % {"name": user, "role": chosen.label}

    return _change(request, user_id, change)


@require_POST
def factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take the second factor away from somebody who lost it."""

    def change(person: Person, user: User) -> str:
        actions.remove_second_factor(person.user, person.who, user=user)
        return _("%(name)s signs in with the password alone now.") % {"name": user}

    return _change(request, user_id, change)


@require_POST
def disable(request: HttpRequest, user_id: int) -> HttpResponse:
    """Shut a person out."""

    def change(person: Person, user: User) -> str:
        actions.disable(person.user, person.who, user=user)
        return _("%(name)s is disabled and signed out everywhere.") % {"name": user}

    return _change(request, user_id, change)


@require_POST
def enable(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let a person in again."""

    def change(person: Person, user: User) -> str:
        actions.enable(person.user, person.who, user=user)
        return _("%(name)s can sign in again.") % {"name": user}

    return _change(request, user_id, change)


def _change(
    request: HttpRequest, user_id: int, change: Callable[[Person, User], str]
) -> HttpResponse:
    person = _allowed(request)
    user = get_object_or_404(User, pk=user_id)
    try:
        messages.success(request, change(person, user))
    except NotPermitted as refusal:
        raise access.Denied(refusal.verb) from refusal
    except AccountsError as trouble:
        messages.error(request, str(trouble))
    return redirect("people:page", user_id=user_id)
