"""From a button to an action: one object or many, asked at once or in a dialog first.

Pages change nothing on a host; they call `ask` and say where to watch the job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from dashboard.furniture.removing import asked_by
from dashboard.furniture.watching import toast_watch
from dashboard.live.page import counted
from dashboard.live.spec import Words, registered
from dashboard.live.visibility import scope_to_visible
from dashboard.person import person_of
from hosts.access import Person, get_object
from hosts.jobs.pace import paced
from hosts.models import INVENTORY, Batch, InventoryRow, Job

Ref = tuple[int, str]
MOST_OBJECTS = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks before the act: title, sentence, what is lost, options, the button's word."""

    title: str
    verb: Words
    sentence: Words = ""
    warning: str = ""
    losses: tuple[str, ...] = ()
    options: tuple[Mapping[str, Any], ...] = ()
    danger: bool = False
    type_name: str = ""


def _no_params(form: QueryDict) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb as pages offer it. `kind` and `name` make its URL: /containers/…/<name>/. `asked`: “Starting”,
    to which the name is added.
    """

    kind: str
    name: str
    asked: Words
    ask: Callable[..., Job]
    ask_many: Callable[..., Batch]
    question: Callable[[list[InventoryRow]], Question]
    params: Callable[[QueryDict], dict[str, Any]] = field(default=_no_params)

    @property
    def verb(self) -> str:
        """`container.stop`."""
        return f"{self.kind}.{self.name}"


def one(deed: Deed) -> Callable[..., HttpResponse]:
    """View of one object's verb: GET asks in a dialog, POST asks for the job."""

    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person = person_of(request)
        ref = (endpoint_id, podman_id)
        if request.method == "GET":
            rows = [get_object(person, deed.kind, *ref, verb=deed.verb)]
            return _dialog(request, person, deed, rows)
        if request.method != "POST":
            return HttpResponseNotAllowed(["GET", "POST"])
        job = deed.ask(person, ref, **deed.params(request.POST))
        words = _("%(asked)s %(name)s on %(host)s") % {
            "asked": deed.asked,
            "name": job.object_name,
            "host": job.endpoint_name,
        }
        return toast_watch(request, job, words)

    return view


def many(deed: Deed) -> Callable[..., HttpResponse]:
    """View of a verb on the chosen rows: `object` is "<endpoint>:<id>", as often as there are rows."""

    def view(request: HttpRequest) -> HttpResponse:
        person = person_of(request)
        form = request.GET if request.method == "GET" else request.POST
        refs = refs_of(form.getlist("object"))
        if request.method == "GET":
            rows = _rows(person, deed, refs)
            return _dialog(request, person, deed, rows, paced=len(rows) > 1)
        if request.method != "POST":
            return HttpResponseNotAllowed(["GET", "POST"])
        batch = paced(
            lambda: deed.ask_many(person, refs, **deed.params(request.POST)), **_pace(request.POST)
        )
        count = len(refs) - len(batch.skipped)
        objects = counted(registered(f"{deed.kind}s"), count)
        words = _("%(asked)s %(objects)s") % {"asked": deed.asked, "objects": objects}
        if batch.skipped:
            words += " · " + _("%(n)d left out") % {"n": len(batch.skipped)}
        return toast_watch(request, batch, words)

    return view


def _pace(form: QueryDict) -> dict[str, Any]:
    """How many at once, and whether to stop at the first failure, as the dialog has it."""
    number = form.get("at_once", "")
    at_once = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
    return {"at_once": at_once, "stop_on_failure": form.get("stop_on_failure") == "1"}


def refs_of(given: list[str]) -> list[Ref]:
    """ "7:abc…" to (7, "abc…"); what is none of that is dropped."""
    found: list[Ref] = []
    for text in given[:MOST_OBJECTS]:
        endpoint, colon, podman_id = text.partition(":")
        if colon and podman_id and endpoint.isascii() and endpoint.isdigit() and len(endpoint) < 12:
            found.append((int(endpoint), podman_id[:255]))
    return found


def _rows(person: Person, deed: Deed, refs: list[Ref]) -> list[InventoryRow]:
    wanted = set(refs)
    # the same query that lists use, so that a dialog never names what the list would not show
    rows = scope_to_visible(INVENTORY[deed.kind].objects.all(), person).filter(
        podman_id__in={ref[1] for ref in refs}
    )
    found = rows.select_related("endpoint__host").order_by("name", "pk")
    return [row for row in found if (row.endpoint_id, row.podman_id) in wanted]


def _dialog(
    request: HttpRequest,
    person: Person,
    deed: Deed,
    rows: list[InventoryRow],
    *,
    paced: bool = False,
) -> HttpResponse:
    asked_by(person, rows)
    question = deed.question(rows)
    objects = [f"{row.endpoint_id}:{row.podman_id}" for row in rows]
    context = {"question": question, "url": request.path, "objects": objects, "paced": paced}
    return render(request, "parts/question.html", context)


def names_of(rows: list[InventoryRow]) -> tuple[str, ...]:
    """“shop-web on web1” for each row."""
    return tuple(
        _("%(name)s on %(host)s") % {"name": row.name or row.podman_id[:12], "host": row.endpoint}
        for row in rows
    )
