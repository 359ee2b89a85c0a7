"""The run form, its checking while somebody types, and the click. Values of the environment are
never sent back: a form with problems is answered with words for its fields, not with itself.
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
from dashboard.pages.run import again, draft
from dashboard.pages.run.choices import endpoints_for, here
from dashboard.pages.run.draft import BAD, WARN, Draft, Said
from dashboard.pages.run.fields import fields_of
from dashboard.pages.run.filled import fill
from dashboard.pages.run.forms import RunForm
from dashboard.pages.run.replacing import remove_for
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
    """The form: empty, from ?endpoint=, ?image= and ?pod=, or from ?again= (a job). POST runs it."""
    person, endpoints = _person(request)
    if request.method == "POST":
        return _run(request, person, endpoints)
    if not endpoints:
        return render(request, "run/nowhere.html")
    job = _job(request, person)
    if job is not None:
        filled = _from_job(request, person, job, endpoints)
        return _shown(request, filled, more=_values_of(person, job))
    if like := request.GET.get("like", ""):
        return _alike(request, person, endpoints, like)
    given = {name: request.GET.get(name, "")[:500] for name in ("image", "pod")}
    start: dict[str, Any] = {name: value for name, value in given.items() if value}
    wanted = request.GET.get("endpoint", "")
    if wanted.isdecimal():
        start["endpoint"] = int(wanted)
    wanted_here = (one for one in endpoints if one.pk == start.get("endpoint"))
    # a choice shows its first until somebody chooses
    endpoint = next(wanted_here, endpoints[0])
    if label := required_label(person, endpoint, run_container.VERB):
        start["labels"] = label
    form = RunForm(initial=start, endpoints=endpoints)
    blank = Draft(form, [empty_port()], [empty_volume()])
    blank.endpoint, blank.params = endpoint, given
    return _shown(request, blank)


@require_POST
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Words for every field, the line and the spec, for a form that is still being filled in."""
    person, endpoints = _person(request)
    return _said(request, draft.read(request.POST, endpoints, person=person))


@require_POST
@never_cache
def paste(request: HttpRequest) -> HttpResponse:
    """A pasted `podman run` line as fields. JSON, since it goes into the form and not on the page."""
    _person(request)
    try:
        line = pasted_line.read(request.POST.get("line", "")[:100_000])
    except Refusal as exc:
        return JsonResponse({"problem": str(exc)}, status=422)
    found = fields_of(line)
    missing = [*line.left_out, *found.pop("strange")]
    said = [_("The form has no field for %s.") % ", ".join(missing)] if missing else []
    return JsonResponse(found | {"left_out": [*said, *line.reasons, *line.notes]})


def _run(request: HttpRequest, person: Person, endpoints: list[Endpoint]) -> HttpResponse:
    filled = draft.read(request.POST, endpoints, person=person, sent=True)
    if not filled.wrong and filled.endpoint is not None:
        try:
            verb = create_container if request.POST.get("only") == "create" else run_container
            way = filled.way if filled.way and filled.way.chosen else None
            more = {"instead_of": way.row.podman_id} if way else {}
            params = filled.params | more
            job = verb.ask(person, filled.endpoint.pk, params=params, env=filled.env)
            if way:
                remove_for(person, job, way)
        except Refusal as exc:
            filled.said["endpoint"] = Said(BAD, str(exc))
        else:
            return go_watch(request, job)
    if _htmx(request):
        return trigger_client_event(_said(request, filled), "run-refused", after="settle")
    # without scripts the page is made anew, and then without the environment's values
    data = request.POST.copy()
    data["environment"] = "".join(f"{name}=\n" for name in filled.env)
    filled.form.data = data
    return _shown(request, filled, status=422)


def _alike(
    request: HttpRequest, person: Person, endpoints: list[Endpoint], like: str
) -> HttpResponse:
    """Another one like `like` (endpoint:id): everything but its name and the values of variables."""
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
    return _shown(request, filled, more=more | {"untold": there.untold})


def _htmx(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _job(request: HttpRequest, person: Person) -> Job | None:
    given = request.GET.get("again") or request.GET.get("job", "")
    if not given.isdecimal():
        return None
    job = access.get_job(person, int(given))
    return job if job.verb in (run_container.VERB, create_container.VERB) else None


def _left(person: Person, job: Job) -> Container | None:
    """The container that a failed try left behind, where it is still there."""
    if not job.result.get("id"):
        return None
    seen = Container.objects.filter(access.visible_objects(person, "container"), LIVE)
    return seen.filter(endpoint=job.endpoint_id, podman_id=job.result["id"]).first()


def _values_of(person: Person, job: Job) -> dict[str, Any]:
    """Where the environment's values can be read, which the job has erased."""
    row = _left(person, job)
    if row is None or not job.params.get("env_names"):
        return {}
    return {"values_url": reverse("recreate:values", args=[row.endpoint_id, row.podman_id])}


def _from_job(request: HttpRequest, person: Person, job: Job, endpoints: list[Endpoint]) -> Draft:
    form = RunForm(initial=again.initial(job), endpoints=endpoints)
    filled = Draft(form, again.port_rows(job), again.volume_rows(job))
    filled.endpoint = next((one for one in endpoints if one.pk == job.endpoint_id), endpoints[0])
    filled.params = {name: value for name, value in job.params.items() if name != "instead_of"}
    filled.env = dict.fromkeys(job.params.get("env_names", []), "")
    if filled.env:
        filled.said["environment"] = Said(
            WARN, _("The values were erased when the job ended: enter them again.")
        )
    draft.say(filled, person, filled.endpoint, replace=request.GET.get("replace", ""))
    if job.state == Job.State.FAILED:
        words = job.cause or job.error
        # what has no field of its own stands beside the host that said it
        slot = again.field_of(words) or "endpoint"
        rows = {"ports": filled.ports, "volumes": filled.volumes}.get(slot)
        if rows is not None:
            slot = rows[0].slot if rows else "endpoint"
        # how it stands there now comes first
        filled.said.setdefault(slot, Said(WARN, _("Podman's message: %s") % words))
    filled.ports = filled.ports or [empty_port()]
    filled.volumes = filled.volumes or [empty_volume()]
    return filled


def _context(filled: Draft) -> dict[str, Any]:
    return {
        "draft": filled,
        "form": filled.form,
        "said": filled.said,
        "protocols": ("tcp", "udp", "sctp"),
        "post_url": reverse("run:page"),
        "check_url": reverse("run:check"),
    }


def _shown(
    request: HttpRequest, filled: Draft, *, status: int = 200, more: dict[str, Any] | None = None
) -> HttpResponse:
    spare = {"spare_port": empty_port(), "spare_volume": empty_volume()}
    context = (
        _context(filled)
        | spare
        | {"here": here(person_of(request), filled.endpoint)}
        | (more or {})
    )
    return render(request, "run/page.html", context, status=status)


def _said(request: HttpRequest, filled: Draft) -> HttpResponse:
    context = _context(filled)
    chosen = str(filled.endpoint.pk) if filled.endpoint else ""
    if request.POST.get("shown") != chosen:
        context |= {"here": here(person_of(request), filled.endpoint), "chosen": chosen}
    return render(request, "run/said.html", context)
