"""Pages of people. Reading needs `access.view`, changing `people.manage` (accounts.actions)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions, invitations
from accounts.errors import AccountsError, NotPermitted
from accounts.factors import has_factor
from accounts.invitations import Kind
from accounts.models import OneTimeLink, Role, User
from accounts.verbs import ACCESS_EDIT, PEOPLE_MANAGE
from audit.shapes import Target
from dashboard.furniture.account_losses import with_the_factor, with_the_person
from dashboard.furniture.change_preview import ChangePreview, ask_first, preview_change
from dashboard.furniture.grants import grants_of_person
from dashboard.live.page import list_context, list_page
from dashboard.pages.people.forms import InviteForm, RoleForm
from dashboard.pages.people.lists import SPEC
from dashboard.person import person_of
from hosts import access
from hosts.access import Person
from hosts.access.second_factor import lacks_factor
from hosts.actions.access import invitation_grants
from hosts.refusals import FieldRefusal

EVERYBODY = Target(kind="user", name="everybody")
QUICK = (
    (_lazy("All"), ""),
    (_lazy("Active"), "state:active"),
    (_lazy("Disabled"), "state:disabled"),
)


def whole_url(request: HttpRequest, path: str) -> str:
    """An absolute link to pass on: under HAULOUT_URL if set, else under the request's host."""
    if settings.HAULOUT_URL:
        return f"{settings.HAULOUT_URL}{path}"
    return request.build_absolute_uri(path)


def _require_manager(request: HttpRequest) -> Person:
    person = person_of(request)
    access.require(person, PEOPLE_MANAGE.name, EVERYBODY)
    return person


def _extra(person: Person, form: InviteForm) -> dict[str, Any]:
    manages = access.allows(person, PEOPLE_MANAGE.name)
    extra: dict[str, Any] = {"tab": "people", "quick": QUICK, "form": form, "manages": manages}
    if manages:
        brought = ("teams", "grants__role", "grants__group")
        found = list(invitations.live().filter(kind=Kind.INVITE).prefetch_related(*brought))
        for link in found:
            link.still_authorized = invitations.still_authorized(link)  # type: ignore[attr-defined]
        extra["open_invitations"] = found
    return extra


def _form(person: Person, data: QueryDict | None = None) -> InviteForm:
    # a role on a group is a grant
    groups = access.visible_groups(person) if access.allows(person, ACCESS_EDIT.name) else ()
    return InviteForm(data, groups=groups)


def _list(request: HttpRequest, person: Person, form: InviteForm, **more: object) -> HttpResponse:
    """The list of people as the answer to an invitation."""
    context = list_context(person, SPEC, {})
    return render(request, "people/list.html", {**context, **_extra(person, form), **more})


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """All people. With `people.manage` also the open invitations."""
    person = person_of(request)
    return list_page(request, SPEC, "people/list.html", _extra(person, _form(person)))


@require_POST
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """Create an invitation. Its link is in this answer and nowhere else."""
    person = _require_manager(request)
    form = _form(person, request.POST)
    if form.is_valid():
        try:
            path = invitation_grants.invite(person, **form.options())
        except ValidationError as problem:
            form.add_error(None, problem)
        except FieldRefusal as refused:
            form.add_error(None, str(refused))
        except NotPermitted as refusal:
            raise access.Denied(refusal.verb) from refusal
        else:
            given = {"link": whole_url(request, path), "link_for": form.cleaned_data["email"]}
            return _list(request, person, _form(person), **given)
    return _list(request, person, form)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, link_id: int) -> HttpResponse:
    """GET asks. POST withdraws an open invitation."""
    person = _require_manager(request)
    link = get_object_or_404(OneTimeLink, pk=link_id, kind=Kind.INVITE)
    if request.method == "GET":
        title = _("Withdraw the invitation of %(email)s?") % {"email": link.email}
        words = _("The link that you passed on stops working. To join, the person needs a new one.")
        where = reverse("people:withdraw", args=[link_id])
        return ask_first(request, title, where, _("Withdraw"), words=words)
    actions.withdraw_invitation(person.user, person.who, link=link)
    messages.success(
        request, _("The invitation of %(email)s is withdrawn.") % {"email": link.email}
    )
    return redirect("people:list")


def _page(request: HttpRequest, person: Person, user: User, **context: object) -> HttpResponse:
    context |= {
        "tab": "people",
        "one": user,
        "manages": access.allows(person, PEOPLE_MANAGE.name),
        "memberships": user.memberships.select_related("team"),
        "grants": grants_of_person(person, user.email),
        "form": RoleForm(initial={"role": user.role.name}),
        "factor": has_factor(user),
        "lacking": lacks_factor(user),
    }
    return render(request, "people/page.html", context)


@require_GET
def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: role, teams, grants; with `people.manage` also the changes."""
    person = person_of(request)
    access.require(person, SPEC.verb, EVERYBODY)
    return _page(request, person, get_object_or_404(User, pk=user_id))


@require_GET
def preview_role(request: HttpRequest, user_id: int) -> HttpResponse:
    """What another role would change for the person."""
    person = _require_manager(request)
    user = get_object_or_404(User, pk=user_id)
    chosen = get_object_or_404(Role, name=request.GET.get("role", ""))
    what = preview_change(
        person,
        lambda: actions.change_role(person.user, person.who, user=user, role=chosen),
        [user.pk],
    )
    return render(request, "parts/change_preview.html", {"shown": what, "begun": True})


@require_POST
@never_cache
def reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """Create a link for a new password. It is in this answer and nowhere else."""
    person = _require_manager(request)
    user = get_object_or_404(User, pk=user_id, is_active=True, kind=User.Kind.PERSON)
    try:
        path = actions.make_reset_link(person.user, person.who, user=user)
    except NotPermitted as refusal:
        raise access.Denied(refusal.verb) from refusal
    return _page(request, person, user, link=whole_url(request, path))


@require_POST
def role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change the person's role."""

    def change(person: Person, user: User) -> str:
        chosen = get_object_or_404(Role, name=request.POST.get("role", ""))
        actions.change_role(person.user, person.who, user=user, role=chosen)
        return _("%(name)s now has the role %(role)s.") % {"name": user, "role": chosen.label}

    return _change(request, user_id, change)


@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """GET asks. POST removes the second factor of somebody who lost it."""

    def change(person: Person, user: User) -> str:
        actions.remove_second_factor(person.user, person.who, user=user)
        return _("%(name)s now signs in with the password alone.") % {"name": user}

    if request.method == "POST":
        return _change(request, user_id, change)
    person, user = _require_manager(request), get_object_or_404(User, pk=user_id)
    return ask_first(
        request,
        _("Reset the second factor of %(name)s?") % {"name": user},
        reverse("people:factor", args=[user_id]),
        _("Reset"),
        what=_obstacles(person, user, change),
        words=_(
            "Make sure that the right person is asking: afterwards the password alone is enough."
        ),
        losses=with_the_factor(user),
    )


@require_http_methods(["GET", "POST"])
def disable(request: HttpRequest, user_id: int) -> HttpResponse:
    """GET asks, and lists what ends. POST disables the person."""

    def change(person: Person, user: User) -> str:
        actions.disable(person.user, person.who, user=user)
        return _("%(name)s is disabled and signed out everywhere.") % {"name": user}

    if request.method == "POST":
        return _change(request, user_id, change)
    person, user = _require_manager(request), get_object_or_404(User, pk=user_id)
    losses = with_the_person(user)
    words = _("Role, teams and grants are kept, in case the account is enabled again.")
    if not losses:
        words = _("This account has nothing open or waiting now.") + " " + words
    return ask_first(
        request,
        _("Disable %(name)s?") % {"name": user},
        reverse("people:disable", args=[user_id]),
        _("Disable"),
        what=_obstacles(person, user, change),
        words=words,
        losses=losses,
    )


def _obstacles(person: Person, user: User, change: Callable[[Person, User], str]) -> ChangePreview:
    """Why the change cannot be made, if it cannot. Raises Denied."""
    copy = User.objects.get(pk=user.pk)
    return ChangePreview(troubles=preview_change(person, lambda: change(person, copy), []).troubles)


@require_POST
def enable(request: HttpRequest, user_id: int) -> HttpResponse:

    def change(person: Person, user: User) -> str:
        actions.enable(person.user, person.who, user=user)
        return _("%(name)s can sign in again.") % {"name": user}

    return _change(request, user_id, change)


def _change(
    request: HttpRequest, user_id: int, change: Callable[[Person, User], str]
) -> HttpResponse:
    person = _require_manager(request)
    user = get_object_or_404(User, pk=user_id)
    try:
        messages.success(request, change(person, user))
    except NotPermitted as refusal:
        raise access.Denied(refusal.verb) from refusal
    except AccountsError as trouble:
        messages.error(request, str(trouble))
    return redirect("people:page", user_id=user_id)
