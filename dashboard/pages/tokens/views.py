"""A person's own tokens; everybody's and service accounts with `people.manage`."""

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import token_actions
from accounts.errors import NotPermitted
from accounts.models import Token, User
from accounts.tokens import expiring
from accounts.verbs import PEOPLE_MANAGE
from audit.shapes import Target
from dashboard.furniture.forms import RefusalForm
from dashboard.live.page import list_context, list_page
from dashboard.pages.tokens.client_file import client_sum
from dashboard.pages.tokens.connections import gate_of, gate_url
from dashboard.pages.tokens.forms import KeyForm, ServiceForm, TokenForm
from dashboard.pages.tokens.lists import MINE, QUICK, TOKENS
from dashboard.pages.tokens.rows import question_of, token_rows
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts import bells
from hosts.access import Denied, Person, require
from hosts.gate.sessions.keys import register

T = TypeVar("T")
_TOKENS = Token.objects.select_related("user__role", "role")


@require_GET
@never_cache
def my_tokens(request: HttpRequest) -> HttpResponse:
    ending = Token.objects.filter(expiring(), user=person_of(request).user).count()
    extra = {
        "ending": ending,
        "empty_url": reverse("tokens:new"),
        "empty_action": _("Create a token"),
        "gate": gate_of(request),
        "gate_url": gate_url(request),
        "base": request.build_absolute_uri("/").rstrip("/"),
        "client_sum": client_sum(),
    }
    return list_page(request, MINE, "tokens/mine.html", extra)


@never_cache
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def new(request: HttpRequest) -> HttpResponse:
    """Create an own token. Its secret is in this answer and nowhere else."""
    person = person_of(request)
    return _token_page(request, person, person.user, "tokens:mine")


@never_cache
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def new_key(request: HttpRequest) -> HttpResponse:
    """Register an SSH key of one's own."""
    person = person_of(request)
    return _key_page(request, person, person.user, "tokens:mine")


@never_cache
@require_http_methods(["GET", "POST"])
def new_for_service(request: HttpRequest, user_id: int) -> HttpResponse:
    """Create a token of a service account."""
    # refuse before asking for the password
    _require_manager(request)
    answer: HttpResponse = _new_for_service(request, user_id)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _new_for_service(request: HttpRequest, user_id: int) -> HttpResponse:
    return _token_page(request, person_of(request), _service(user_id), "tokens:all")


@never_cache
@require_http_methods(["GET", "POST"])
def new_key_for_service(request: HttpRequest, user_id: int) -> HttpResponse:
    """Register an SSH key of a service account."""
    _require_manager(request)
    answer: HttpResponse = _new_key_for_service(request, user_id)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _new_key_for_service(request: HttpRequest, user_id: int) -> HttpResponse:
    return _key_page(request, person_of(request), _service(user_id), "tokens:all")


def _service(user_id: int) -> User:
    return get_object_or_404(User, pk=user_id, kind=User.Kind.SERVICE, is_active=True)


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """GET asks. POST revokes an own token."""
    person = person_of(request)
    token = get_object_or_404(_TOKENS, pk=token_id, user=person.user)
    return _revoke(request, person, token, "tokens:mine")


@require_GET
@never_cache
def all_tokens(request: HttpRequest) -> HttpResponse:
    """All tokens and service accounts."""
    _require_manager(request)
    return list_page(request, TOKENS, "tokens/all.html", _service_context(ServiceForm()))


@require_http_methods(["GET", "POST"])
def revoke_any(request: HttpRequest, token_id: int) -> HttpResponse:
    """GET asks. POST revokes anybody's token."""
    person = _require_manager(request)
    return _revoke(request, person, get_object_or_404(_TOKENS, pk=token_id), "tokens:all")


@require_POST
def make_service(request: HttpRequest) -> HttpResponse:
    person = _require_manager(request)
    form = ServiceForm(request.POST)
    if form.is_valid():

        def make() -> User:
            return token_actions.make_service(person.user, person.who, **form.cleaned_data)

        if user := _apply(form, make):
            messages.success(
                request, _("The service account %(name)s is created.") % {"name": user}
            )
            return redirect("tokens:all")
    context = list_context(person, TOKENS, {})
    return render(request, "tokens/all.html", {**context, **_service_context(form)})


def _require_manager(request: HttpRequest) -> Person:
    person = person_of(request)
    require(person, PEOPLE_MANAGE.name, Target(kind="token", name="everybody’s"))
    return person


def _service_context(form: ServiceForm) -> dict[str, Any]:
    """Context of the list of all tokens: service accounts, and the form for one."""
    services = User.objects.filter(kind=User.Kind.SERVICE).prefetch_related("memberships__team")
    return {"tab": "tokens", "quick": QUICK, "services": services, "form": form}


def _token_page(request: HttpRequest, person: Person, user: User, back: str) -> HttpResponse:
    form = TokenForm(person, request.POST or None)
    context: dict[str, Any] = {"form": form, "one": user, "back": back}
    if request.method == "POST" and form.is_valid():

        def make() -> tuple[Token, str]:
            return token_actions.make(person.user, person.who, form.options(), user=user)

        if made := _apply(form, make):
            context |= {"made": token_rows([made[0]])[0], "secret": made[1]}
            return render(request, "tokens/created.html", context)
    return render(request, "tokens/new.html", context)


def _key_page(request: HttpRequest, person: Person, user: User, back: str) -> HttpResponse:
    form = KeyForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():

        def add() -> Token:
            text = form.cleaned_data["public_key"]
            return register(person.user, person.who, form.options(), user=user, text=text)

        if key := _apply(form, add):
            words = _("The SSH key %(name)s is registered.") % {"name": key.name}
            messages.success(request, words)
            return redirect(back)
    return render(request, "tokens/new.html", {"form": form, "one": user, "back": back})


def _apply(form: RefusalForm, change: Callable[[], T]) -> T | None:
    """The result of the change; None after an error, which stands beside its field. Raises Denied."""
    try:
        made = change()
    except NotPermitted as refusal:
        raise Denied(refusal.verb) from refusal
    except ValidationError as problem:
        form.add_error(None, problem)
        return None
    bells.ring("access", "audit")
    return made


def _revoke(request: HttpRequest, person: Person, token: Token, back: str) -> HttpResponse:
    if request.method == "GET":
        context = {"url": request.path, "question": question_of(token)}
        return render(request, "parts/question.html", context)
    try:
        token_actions.revoke(person.user, person.who, token=token)
    except NotPermitted as refusal:
        raise Denied(refusal.verb) from refusal
    bells.ring("access", "audit")
    key, secret = _("The SSH key %(name)s is revoked."), _("The token %(name)s is revoked.")
    words = (key if token.is_key else secret) % {"name": token.name}
    if "HX-Request" in request.headers:
        return toast(HttpResponse(status=204), words)
    messages.success(request, words)
    return redirect(back)
