"""The run form, its check while somebody types, and the run.

Environment values are never sent back: a wrong form is answered with notes for its fields.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from audit.shapes import Target
from dashboard.furniture.existing_container import read_container
from dashboard.furniture.inspect_tree import trouble_of
from dashboard.furniture.watch_job import go_watch
from dashboard.pages.run import draft, from_job
from dashboard.pages.run.choices import endpoints_for, known_names
from dashboard.pages.run.draft import BAD, WARN, Draft, Note
from dashboard.pages.run.forms import RunForm
from dashboard.pages.run.from_container import fill
from dashboard.pages.run.from_line import fields_of
from dashboard.pages.run.name_conflict import remove_for
from dashboard.pages.run.rows import empty_port, empty_volume
from dashboard.person import person_of
from hosts import access
from hosts.access import Person
from hosts.actions.run import create_container, pasted_line, run_container
from hosts.actions.run.narrow_grants import required_label
from hosts.models import Container, Endpoint, Job
from hosts.models.inventory import LIVE
from hosts.podman import PodmanError
from hosts.refusals import Refusal

ANYWHERE = Target(kind="container", name="any host")


def _person(request: HttpRequest) -> tuple[Person, list[Endpoint]]:
    person = person_of(request)
    access.require(person, run_container.VERB, ANYWHERE)
    return person, endpoints_for(person)


@require_http_methods(["GET", "POST"])
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """GET: the form, empty, from ?endpoint=, ?image=, ?pod=, ?like= (a container) or ?again= (a job).

    POST runs it.
    """
    person, endpoints = _person(request)
    if request.method == "POST":
        return _run(request, person, endpoints)
    if not endpoints:
        return render(request, "run/no_hosts.html")
    job = _job(request, person)
    if job is not None:
        filled = _from_job(request, person, job, endpoints)
        return _form_page(request, filled, more=_values_of(person, job))
    if like := request.GET.get("like", ""):
        return _copy_of(request, person, endpoints, like)
    given = {name: request.GET.get(name, "")[:500] for name in ("image", "pod")}
    start: dict[str, Any] = {name: value for name, value in given.items() if value}
    wanted = request.GET.get("endpoint", "")
    if wanted.isdecimal():
        start["endpoint"] = int(wanted)
    wanted_here = (one for one in endpoints if one.pk == start.get("endpoint"))
    # the select shows its first option
    endpoint = next(wanted_here, endpoints[0])
    if label := required_label(person, endpoint, run_container.VERB):
        start["labels"] = label
    form = RunForm(initial=start, endpoints=endpoints)
    blank = Draft(form, [empty_port()], [empty_volume()])
    blank.endpoint, blank.params = endpoint, given
    return _form_page(request, blank)


@require_POST
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Notes for all fields, the run line and the spec, while somebody types."""
    person, endpoints = _person(request)
    return _notes(request, draft.read(request.POST, endpoints, person=person))


@require_POST
@never_cache
def paste(request: HttpRequest) -> HttpResponse:
    """A pasted `podman run` line as JSON for the form."""
    _person(request)
    try:
        line = pasted_line.read(request.POST.get("line", "")[:100_000])
    except Refusal as exc:
        return JsonResponse({"problem": str(exc)}, status=422)
    found = fields_of(line)
    missing = [*line.left_out, *found.pop("strange")]
    words = [_("The form has no field for %s.") % ", ".join(missing)] if missing else []
    return JsonResponse(found | {"left_out": [*words, *line.reasons, *line.notes]})


def _run(request: HttpRequest, person: Person, endpoints: list[Endpoint]) -> HttpResponse:
    filled = draft.read(request.POST, endpoints, person=person, sent=True)
    if not filled.wrong_slots and filled.endpoint is not None:
        try:
            verb = create_container if request.POST.get("only") == "create" else run_container
            conflict = filled.conflict if filled.conflict and filled.conflict.chosen else None
            more = {"instead_of": conflict.row.podman_id} if conflict else {}
            params = filled.params | more
            job = verb.ask(person, filled.endpoint.pk, params=params, env=filled.env)
            if conflict:
                remove_for(person, job, conflict)
        except Refusal as exc:
            filled.notes["endpoint"] = Note(BAD, str(exc))
        else:
            return go_watch(request, job)
    if _htmx(request):
        return trigger_client_event(_notes(request, filled), "run-refused", after="settle")
    # without scripts the whole page is sent again, without environment values
    data = request.POST.copy()
    data["environment"] = "".join(f"{name}=\n" for name in filled.env)
    filled.form.data = data
    return _form_page(request, filled, status=422)


def _copy_of(
    request: HttpRequest, person: Person, endpoints: list[Endpoint], like: str
) -> HttpResponse:
    """The form filled from the container `like` (endpoint:id), without its name and environment values."""
    endpoint_id, _colon, podman_id = like.partition(":")
    if not endpoint_id.isdecimal():
        raise access.NotVisible
    ref = (int(endpoint_id), podman_id)
    row = access.get_object(person, "container", *ref, verb="container.inspect")
    try:
        there = read_container(row, keep_volumes=False)
    except PodmanError as error:
        return render(
            request, "run/unreadable.html", trouble_of(error, row.endpoint) | {"row": row}
        )
    there.texts["name"] = f"{row.name}-copy"
    known = next((one for one in endpoints if one.pk == row.endpoint_id), endpoints[0])
    filled = fill(there, endpoints, known, kept=False)
    more = {"values_url": reverse("recreate:values", args=ref)} if there.env else {}
    return _form_page(request, filled, more=more | {"untold": there.untold})


def _htmx(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _job(request: HttpRequest, person: Person) -> Job | None:
    given = request.GET.get("again") or request.GET.get("job", "")
    if not given.isdecimal():
        return None
    job = access.get_job(person, int(given))
    return job if job.verb in (run_container.VERB, create_container.VERB) else None


def _leftover(person: Person, job: Job) -> Container | None:
    """The container that a failed job left behind, if it still exists."""
    if not job.result.get("id"):
        return None
    seen = Container.objects.filter(access.visible_objects(person, "container"), LIVE)
    return seen.filter(endpoint=job.endpoint_id, podman_id=job.result["id"]).first()


def _values_of(person: Person, job: Job) -> dict[str, Any]:
    """The URL of the environment values that the job has erased, if the container still exists."""
    row = _leftover(person, job)
    if row is None or not job.params.get("env_names"):
        return {}
    return {"values_url": reverse("recreate:values", args=[row.endpoint_id, row.podman_id])}


def _from_job(request: HttpRequest, person: Person, job: Job, endpoints: list[Endpoint]) -> Draft:
    form = RunForm(initial=from_job.initial(job), endpoints=endpoints)
    filled = Draft(form, from_job.port_rows(job), from_job.volume_rows(job))
    filled.endpoint = next((one for one in endpoints if one.pk == job.endpoint_id), endpoints[0])
    filled.params = {name: value for name, value in job.params.items() if name != "instead_of"}
    filled.env = dict.fromkeys(job.params.get("env_names", []), "")
    if filled.env:
        filled.notes["environment"] = Note(
            WARN, _("The values were erased when the job ended: enter them again.")
        )
    draft.add_notes(filled, person, filled.endpoint, replace=request.GET.get("replace", ""))
    if job.state == Job.State.FAILED:
        words = job.cause or job.error
        # an error without a field goes beside the host
        slot = from_job.field_of(words) or "endpoint"
        rows = {"ports": filled.ports, "volumes": filled.volumes}.get(slot)
        if rows is not None:
            slot = rows[0].slot if rows else "endpoint"
        # notes about the current state win
        filled.notes.setdefault(slot, Note(WARN, _("Podman's message: %s") % words))
    filled.ports = filled.ports or [empty_port()]
    filled.volumes = filled.volumes or [empty_volume()]
    return filled


def _context(filled: Draft) -> dict[str, Any]:
    return {
        "draft": filled,
        "form": filled.form,
        "notes": filled.notes,
        "protocols": ("tcp", "udp", "sctp"),
        "post_url": reverse("run:page"),
        "check_url": reverse("run:check"),
    }


def _form_page(
    request: HttpRequest, filled: Draft, *, status: int = 200, more: dict[str, Any] | None = None
) -> HttpResponse:
    spare = {"spare_port": empty_port(), "spare_volume": empty_volume()}
    context = (
        _context(filled)
        | spare
        | {"here": known_names(person_of(request), filled.endpoint)}
        | (more or {})
    )
    return render(request, "run/page.html", context, status=status)


def _notes(request: HttpRequest, filled: Draft) -> HttpResponse:
    context = _context(filled)
    chosen = str(filled.endpoint.pk) if filled.endpoint else ""
    if request.POST.get("shown") != chosen:
        context |= {"here": known_names(person_of(request), filled.endpoint), "chosen": chosen}
    return render(request, "run/notes.html", context)
