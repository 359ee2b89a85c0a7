"""Edit and recreate a container: the run form, the difference, the job."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from audit import write
from dashboard.furniture.existing_container import read_container
from dashboard.furniture.inspect_tree import trouble_of
from dashboard.furniture.watch_job import go_watch
from dashboard.pages.run import draft
from dashboard.pages.run.choices import known_names
from dashboard.pages.run.draft import BAD, Draft, Note
from dashboard.pages.run.from_container import (
    differences,
    environment_text,
    fill,
    hidden_of,
    kept_env,
    marks_of,
    refill,
)
from dashboard.pages.run.rows import empty_port, empty_volume
from dashboard.person import person_of
from hosts.access import get_job, get_object, grounds
from hosts.access.fetch import target_of
from hosts.actions.containers import recreate_container
from hosts.models import InventoryRow, Job
from hosts.podman import PodmanError
from hosts.refusals import Refusal


def _row(request: HttpRequest, endpoint_id: int, podman_id: str) -> InventoryRow:
    person = person_of(request)
    ref = (endpoint_id, podman_id)
    get_object(person, "container", *ref, verb="container.inspect")
    return get_object(person, "container", *ref, verb=recreate_container.VERB)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@never_cache
def page(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """GET: the form, filled from the host. POST creates the job."""
    row = _row(request, endpoint_id, podman_id)
    if request.method == "POST":
        return _ask(request, row)
    try:
        there = read_container(row, keep_volumes=True)
    except PodmanError as error:
        context = trouble_of(error, row.endpoint) | {"row": row}
        return render(request, "run/unreadable.html", context, status=200)
    job = _job(request, row)
    if job is not None:
        filled = refill(there, job, row.endpoint)
    else:
        filled = fill(there, [row.endpoint], row.endpoint, kept=True)
    hidden = hidden_of(there)
    context = _context(row, filled) | {"hidden": hidden, "untold": there.untold}
    context["changes"] = differences(hidden, filled)
    spare = {"spare_port": empty_port(), "spare_volume": empty_volume()}
    return render(
        request,
        "run/page.html",
        context | spare | {"here": known_names(person_of(request), row.endpoint)},
    )


def _job(request: HttpRequest, row: InventoryRow) -> Job | None:
    given = request.GET.get("again", "")
    if not given.isdecimal():
        return None
    job = get_job(person_of(request), int(given))
    ours = job.verb == recreate_container.VERB and job.object_id == row.podman_id
    return job if ours and job.endpoint_id == row.endpoint_id else None


@require_POST
@sensitive_post_parameters()
@never_cache
def check(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """Notes for all fields, and the difference, while somebody types."""
    row = _row(request, endpoint_id, podman_id)
    return _notes(request, row, _read(request, row))


@require_POST
@never_cache
def values(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """The environment with its values. Writes an audit entry."""
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb="container.environment")
    target = target_of(row.endpoint, kind="container", object_id=podman_id, name=row.name)
    with transaction.atomic():
        verb = "container.environment"
        grant = grounds(person, verb, row.endpoint, row).words
        write.event(person.who, verb, target, grant=grant)
    try:
        there = read_container(row, keep_volumes=True)
    except PodmanError as error:
        return JsonResponse({"problem": error.message}, status=502)
    text, long = environment_text(there)
    note = _("%s: these have several lines and stay unchanged.") % ", ".join(long) if long else ""
    return JsonResponse({"text": text, "note": note})


def _read(request: HttpRequest, row: InventoryRow, *, sent: bool = False) -> Draft:
    marks = marks_of(request)
    data = request.POST.copy()
    data["endpoint"] = str(row.endpoint_id)
    filled = draft.read(
        data,
        [row.endpoint],
        person=person_of(request),
        sent=sent,
        kept=frozenset(marks),
        besides=row.podman_id,
    )
    filled.env = kept_env(filled.env, marks)
    return filled


def _ask(request: HttpRequest, row: InventoryRow) -> HttpResponse:
    filled = _read(request, row, sent=True)
    if not filled.wrong_slots:
        try:
            job = recreate_container.ask(
                person_of(request),
                (row.endpoint_id, row.podman_id),
                params=filled.params,
                env=filled.env,
            )
        except Refusal as exc:
            filled.notes["image"] = Note(BAD, str(exc))
        else:
            return go_watch(request, job)
    if "HX-Request" in request.headers:
        return trigger_client_event(_notes(request, row, filled), "run-refused", after="settle")
    # without scripts the form is filled again
    return redirect("recreate:page", row.endpoint_id, row.podman_id)


def _notes(request: HttpRequest, row: InventoryRow, filled: Draft) -> HttpResponse:
    context = _context(row, filled) | {"changes": differences(_hidden(request), filled)}
    return render(request, "run/notes.html", context)


def _hidden(request: HttpRequest) -> dict[str, str]:
    return {name: str(request.POST.get(name, "")) for name in ("was", "kept")}


def _context(row: InventoryRow, filled: Draft) -> dict[str, Any]:
    ref = [row.endpoint_id, row.podman_id]
    return {
        "recreated": row,
        "draft": filled,
        "form": filled.form,
        "notes": filled.notes,
        "protocols": ("tcp", "udp", "sctp"),
        "changes": [],
        "post_url": reverse("recreate:page", args=ref),
        "check_url": reverse("recreate:check", args=ref),
        "values_url": reverse("recreate:values", args=ref),
    }
