"""Views that lead from a button to an action, for one object or many, at once or by a dialog.

Pages change nothing on a host; they call `ask` and say where to watch the job.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard.furniture.offer import Fields, Offer
from dashboard.furniture.removal import note_person
from dashboard.furniture.watch_job import toast_watch
from dashboard.live.page import counted
from dashboard.live.spec import registered
from dashboard.live.visibility import scope_to_visible
from dashboard.person import person_of
from hosts.access import Person, get_object
from hosts.capabilities import lacks
from hosts.jobs.pace import with_pace
from hosts.models import INVENTORY, InventoryRow, Job
from hosts.refusals import FieldRefusal

Ref = tuple[int, str]
MOST_OBJECTS = 1000


def one(offer: Offer) -> Callable[..., HttpResponse]:
    """View of one object's verb: GET asks in a dialog, POST asks for the job. A dialog with fields comes
    back with what is wrong in it.
    """

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person, ref = person_of(request), (endpoint_id, podman_id)
        if isinstance(offer.dialog, Fields):
            return _with_fields(request, person, offer, offer.dialog, ref)
        if request.method == "GET":
            rows = [get_object(person, offer.kind, *ref, verb=offer.verb)]
            return _with_question(request, person, offer, rows)
        return _watch(request, offer, offer.action.ask(person, ref, **offer.params(request.POST)))

    return view


def _with_fields(
    request: HttpRequest, person: Person, offer: Offer, fields: Fields, ref: Ref
) -> HttpResponse:
    row = get_object(person, offer.kind, *ref, verb=offer.verb)
    lack = lacks(row.endpoint, fields.lack) if fields.lack else ""
    if request.method == "POST" and not lack:
        form = fields.form(request.POST)
        if form.is_valid():
            try:
                return _watch(request, offer, offer.action.ask(person, ref, **form.params()))
            except FieldRefusal as refused:
                form.refuse(refused)
    else:
        form = fields.form(initial=fields.initial(row))
    names = {"name": row.name or row.podman_id[:12], "host": row.endpoint}
    context = {
        "title": fields.title % names,
        "sentence": fields.sentence,
        "word": fields.button,
        "url": request.path,
        "form": form,
        "lack": lack,
    }
    return render(request, "parts/fields.html", context)


def _watch(request: HttpRequest, offer: Offer, job: Job) -> HttpResponse:
    names = {"doing": offer.doing, "name": job.object_name, "host": job.endpoint_name}
    return toast_watch(request, job, _("%(doing)s %(name)s on %(host)s") % names)


def many(offer: Offer) -> Callable[..., HttpResponse]:
    """View of a verb on the chosen rows: `object` is "<endpoint>:<id>", as often as there are rows."""
    ask_many = offer.action.ask_many
    if ask_many is None:
        raise ValueError(f"{offer.verb} is asked for one by one")

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest) -> HttpResponse:
        person = person_of(request)
        form = request.GET if request.method == "GET" else request.POST
        refs = refs_of(form.getlist("object"))
        if request.method == "GET":
            rows = _rows(person, offer, refs)
            return _with_question(request, person, offer, rows, paced=len(rows) > 1)
        batch = with_pace(
            lambda: ask_many(person, refs, **offer.params(request.POST)), **_pace(request.POST)
        )
        count = len(refs) - len(batch.skipped)
        objects = counted(registered(f"{offer.kind}s"), count)
        words = _("%(doing)s %(objects)s") % {"doing": offer.doing, "objects": objects}
        if batch.skipped:
            words += " · " + _("%(n)d left out") % {"n": len(batch.skipped)}
        return toast_watch(request, batch, words)

    return view


def of_one(offers: Iterable[Offer], place: str) -> list[URLPattern]:
    """Addresses of all that have a dialog here, for one object."""
    return [
        path(f"{place}{offer.name}/", one(offer), name=offer.name)
        for offer in offers
        if offer.dialog
    ]


def of_many(offers: Iterable[Offer]) -> list[URLPattern]:
    """Addresses of all that can be asked for many objects, for the chosen ones."""
    return [
        path(f"bulk/{offer.name}/", many(offer), name=f"bulk-{offer.name}")
        for offer in offers
        if offer.for_many
    ]


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


def _rows(person: Person, offer: Offer, refs: list[Ref]) -> list[InventoryRow]:
    wanted = set(refs)
    # the same query that lists use, so that a dialog never names what the list would not show
    rows = scope_to_visible(INVENTORY[offer.kind].objects.all(), person).filter(
        podman_id__in={ref[1] for ref in refs}
    )
    found = rows.select_related("endpoint__host").order_by("name", "pk")
    return [row for row in found if (row.endpoint_id, row.podman_id) in wanted]


def _with_question(
    request: HttpRequest,
    person: Person,
    offer: Offer,
    rows: list[InventoryRow],
    *,
    paced: bool = False,
) -> HttpResponse:
    note_person(person, rows)
    question = offer.question(rows)
    objects = [f"{row.endpoint_id}:{row.podman_id}" for row in rows]
    context = {"question": question, "url": request.path, "objects": objects, "paced": paced}
    return render(request, "parts/question.html", context)
