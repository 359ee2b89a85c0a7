"""Sign-in rules and people's sessions, for administrators."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import signin_actions
from accounts.errors import NotPermitted
from accounts.models import Role, User
from accounts.providers import ProviderFileError, providers
from accounts.verbs import PEOPLE_MANAGE
from audit.shapes import Target
from dashboard.furniture.account_losses import with_sessions
from dashboard.furniture.change_preview import ask_first
from dashboard.pages.signin.sessions import session_limits, session_rows
from dashboard.person import person_of
from hosts import access
from hosts.access import Person
from hosts.access.second_factor import users_lacking_factor


def _require_manager(request: HttpRequest) -> Person:
    person = person_of(request)
    access.require(person, PEOPLE_MANAGE.name, Target(kind="user", name="everybody"))
    return person


@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Roles that ask for a second factor, and people who have none yet. POST changes the roles."""
    person = _require_manager(request)
    roles = list(Role.objects.order_by("pk"))
    if request.method == "POST":
        wanted = set(request.POST.getlist("role"))
        try:
            for role in roles:
                signin_actions.ask_second_factor(
                    person.user, person.who, role=role, wanted=role.name in wanted
                )
        except NotPermitted as refusal:
            raise access.Denied(refusal.verb) from refusal
        messages.success(request, _("The rules are changed."))
        return redirect("signin:rules")
    active = User.objects.filter(is_active=True)
    waiting = users_lacking_factor(active.values_list("pk", flat=True))
    context = {
        "tab": "people",
        "roles": roles,
        "waiting": active.filter(pk__in=waiting).order_by("name"),
        **_providers(),
        **session_limits(),
    }
    return render(request, "signin/rules.html", context)


def _providers() -> dict[str, object]:
    """Context: the providers, their file, and the file's error."""
    told = {"file": settings.HAULOUT_OIDC_FILE}
    try:
        return {**told, "providers": providers()}
    except ProviderFileError as wrong:
        return {**told, "file_wrong": str(wrong)}


@require_GET
def sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    """A person's sessions."""
    _require_manager(request)
    user = get_object_or_404(User, pk=user_id)
    found = session_rows(user, request.session.session_key)
    context = {"tab": "people", "one": user, "sessions": found, **session_limits()}
    return render(request, "signin/sessions_of.html", context)


@require_http_methods(["GET", "POST"])
def end_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    """GET asks, and lists all sessions. POST ends one, or all without `session`."""
    person = _require_manager(request)
    user = get_object_or_404(User, pk=user_id)
    if request.method == "GET":
        return ask_first(
            request,
            _("End all sessions of %(name)s?") % {"name": user},
            reverse("signin:end_sessions", args=[user_id]),
            _("End all sessions"),
            words=_("They can sign in again at once."),
            losses=with_sessions(user),
        )
    try:
        if handle := request.POST.get("session"):
            ended = int(
                signin_actions.end_session_of(person.user, person.who, user=user, handle=handle)
            )
        else:
            ended = signin_actions.end_sessions_of(person.user, person.who, user=user)
    except NotPermitted as refusal:
        raise access.Denied(refusal.verb) from refusal
    words = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended)
    messages.success(request, words % {"count": ended})
    return redirect("signin:sessions", user_id=user_id)
