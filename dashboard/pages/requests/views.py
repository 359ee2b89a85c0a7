"""Pages of access requests: list, ask, decide. hosts.actions.access_requests makes the changes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.verbs import get_verb
from dashboard.furniture.change_preview import ChangePreview, preview_change
from dashboard.furniture.verb_ticks import Part, parts
from dashboard.live.page import list_page
from dashboard.pages.requests.forms import RequestForm
from dashboard.pages.requests.lists import QUICK, SPEC
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import NotVisible, Person, visible_endpoints, visible_groups, visible_hosts
from hosts.access.requests import may_decide, visible_requests
from hosts.actions.access_requests import ask_access, decide_access
from hosts.actions.access_requests.ask_access import AccessRequestOptions
from hosts.models import AccessRequest, Endpoint
from hosts.refusals import FieldRefusal

Kind = AccessRequest.Kind
# names for completion
MOST = 100


@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """The person's own requests, and those that they may decide."""
    asking = {"empty_url": reverse("requests:ask"), "empty_action": _("Ask for access")}
    extra = {"quick": QUICK, "tab": "requests", **asking}
    return list_page(request, SPEC, "requests/list.html", extra)


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form. A refused verb and its place are filled in."""
    person = person_of(request)
    given = request.POST if request.method == "POST" else request.GET
    verb = given.get("verb", "") if get_verb(given.get("verb", "")) else ""
    endpoint = _endpoint(person, given.get("endpoint", ""))
    options: dict[str, Any] = {"verb": verb, "endpoint": endpoint}
    if request.method == "POST":
        form = RequestForm(request.POST, **options)
        if form.is_valid() and _send(person, form, verb, endpoint):
            messages.success(request, _("Requested. You see the answer here."))
            return redirect("requests:list")
    else:
        form = RequestForm(initial=_initial(person, request, endpoint), **options)
    context = {
        "tab": "requests",
        "form": form,
        "verb": get_verb(verb) if verb else None,
        "endpoint": endpoint,
        "names": _names(person),
    }
    return render(request, "requests/ask.html", context)


def _endpoint(person: Person, given: str) -> Endpoint | None:
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    return visible_endpoints(person).select_related("host").filter(pk=int(given)).first()


def _initial(person: Person, request: HttpRequest, endpoint: Endpoint | None) -> dict[str, Any]:
    initial = {"kind": Kind.GROUP, "minutes": 60}
    if endpoint is not None:
        return initial | {"kind": Kind.ENDPOINT}
    if name := request.GET.get("host", "")[:200]:
        return initial | {"kind": Kind.HOST, "place": name}
    if name := request.GET.get("group", "")[:200]:
        return initial | {"place": name}
    return initial


def _names(person: Person) -> list[str]:
    groups = visible_groups(person).order_by("name").values_list("name", flat=True)[:MOST]
    hosts = visible_hosts(person).order_by("name").values_list("name", flat=True)[:MOST]
    return [*groups, *hosts]


def _send(person: Person, form: RequestForm, verb: str, endpoint: Endpoint | None) -> bool:
    told = dict(form.cleaned_data)
    if told["kind"] == Kind.ENDPOINT:
        told["place"] = str(endpoint.pk) if endpoint else ""
    try:
        ask_access.ask(person, AccessRequestOptions(verb=verb, **told))
    except FieldRefusal as trouble:
        form.refuse(trouble)
        return False
    return True


@require_GET
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request, with the verbs that it would add."""
    person = person_of(request)
    found = visible_requests(person).filter(pk=request_id).first()
    if found is None:
        raise NotVisible
    lacked = get_verb(found.verb) if found.verb else None
    context: dict[str, Any] = {
        "tab": "requests",
        "row": found,
        "lacked": lacked,
        "can_decide": False,
    }
    if found.waiting and may_decide(person, found):
        what = preview_change(
            person, lambda: decide_access.approve(person, found.pk), [found.asked_by_id]
        )
        context |= {"can_decide": True, "shown": what, "parts": _verbs_gained(what)}
    return render(request, "requests/decide.html", context)


def _verbs_gained(what: ChangePreview) -> list[Part]:
    """The verbs that the request would add, by subject."""
    if what.preview is None:
        return []
    pieces = [piece for one in what.preview.differences for piece in one.gains]
    return [part for part in parts({name for piece in pieces for name in piece.verbs}) if part.on]


@require_POST
def approve(request: HttpRequest, request_id: int) -> HttpResponse:
    return _decide(request, request_id, decide_access.approve, _("Approved."))


@require_POST
def refuse(request: HttpRequest, request_id: int) -> HttpResponse:
    return _decide(request, request_id, decide_access.refuse, _("Refused."))


def _decide(
    request: HttpRequest, request_id: int, deed: Callable[..., AccessRequest], words: str
) -> HttpResponse:
    try:
        deed(person_of(request), request_id, answer=request.POST.get("answer", ""))
    except FieldRefusal as trouble:
        messages.error(request, str(trouble))
    else:
        messages.success(request, words)
    return redirect("requests:list")


@require_POST
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """Withdraw the person's own request."""
    try:
        ask_access.withdraw(person_of(request), request_id)
    except FieldRefusal as trouble:
        return toast(HttpResponse(status=204), str(trouble), tone="warn")
    if "HX-Request" not in request.headers:
        return redirect("requests:list")
    return toast(HttpResponse(status=204), _("Withdrawn."))
