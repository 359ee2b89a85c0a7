"""Pages that explain access. Other people's access needs `access.view`."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Token, User
from accounts.permission import target_of
from accounts.verbs import ACCESS_VIEW
from audit.shapes import Target
from dashboard.furniture.frames import container_frame, host_frame
from dashboard.furniture.subject import Subject, subject_of
from dashboard.pages.explain.answers import parts_of, verbs_to_ask, who_may
from dashboard.person import person_of
from hosts.access import NotVisible, Person, allows, require, visible_hosts
from hosts.access import target_of as target_of_place
from hosts.access.explain import explain, sees
from hosts.access.token_scope import scope_of
from hosts.models import Container, Endpoint, Host

# names for completion
MOST = 200


def _person_to_explain(asker: Person, given: str) -> User:
    """The person with this id; the asker for "". Raises Denied without `access.view`."""
    user = asker.user
    if given and given != str(user.pk):
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
        others = User.objects.filter(pk=number).first()
        require(asker, ACCESS_VIEW.name, target_of(others or user))
        user = get_object_or_404(User, pk=number)
    return user


def _live_tokens(user: User) -> QuerySet[Token]:
    live = Token.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())
    return live.select_related("role").order_by("name")


def _target(subject: Subject) -> Target:
    if subject.row is not None:
        kind = str(subject.row._meta.model_name)
        name, podman_id = subject.name, subject.row.podman_id
        return target_of_place(subject.row.endpoint, kind=kind, object_id=podman_id, name=name)
    if isinstance(subject.place, Endpoint):
        return target_of_place(subject.place)
    if subject.place is not None:
        host = subject.place
        return Target("host", host.pk, host.name, host_id=host.pk, host_name=host.name)
    return Target(kind="site", name="site")


def _frame(request: HttpRequest, asker: Person, subject: Subject) -> dict[str, Any]:
    """Context of the frame: the tab of a host or container, else the pages of access."""
    row: Any = subject.row if subject.row is not None else subject.place
    framed = isinstance(row, Host | Container)
    if not framed or "where" in request.GET or "person" in request.GET:
        return {"frame": "access/frame.html", "tab": "explain"}
    in_frame = host_frame if isinstance(row, Host) else container_frame
    return {"frame": "explain/in_frame.html", **in_frame(asker, row, tab="access")}


@require_GET
def person(request: HttpRequest) -> HttpResponse:
    """One person and one place: each verb, yes or no, and through what."""
    asker = person_of(request)
    user = _person_to_explain(asker, request.GET.get("person", ""))
    subject, unknown = Subject(), False
    try:
        subject = subject_of(asker, request.GET)
    except NotVisible:
        if not request.GET.get("where"):
            raise
        # a typed name gets an error beside its field
        unknown = True
    tokens = list(_live_tokens(user))
    token = next((one for one in tokens if str(one.pk) == request.GET.get("token")), None)
    about = Person(user, asker.who, scope_of(token) if token else None)
    may_ask = allows(asker, ACCESS_VIEW.name)
    context = {
        "one": user,
        "tokens": tokens,
        "token": token,
        "subject": subject,
        "where": request.GET.get("where", "") or subject.where,
        "unknown": unknown,
        "parts": parts_of(explain(about, subject.place, subject.row)),
        "sees": sees(about, subject.place, subject.row),
        "people": User.objects.order_by("-is_active", "name", "pk") if may_ask else [],
        "may_ask": may_ask,
        "places": visible_hosts(asker).order_by("name").values_list("name", flat=True)[:MOST],
    }
    return render(request, "explain/person.html", context | _frame(request, asker, subject))


@require_GET
def who(request: HttpRequest) -> HttpResponse:
    """One place: everybody with a verb there, and through what."""
    asker = person_of(request)
    subject = subject_of(asker, request.GET)
    require(asker, ACCESS_VIEW.name, _target(subject))
    verb = request.GET.get("verb", "")[:60]
    people = who_may(subject, verb)
    context = {
        "subject": subject,
        "verb": verb,
        "askable": verbs_to_ask(subject),
        "people": people,
        "counted": sum(len(held.users) for held in people),
    }
    return render(request, "explain/who.html", context | _frame(request, asker, subject))
