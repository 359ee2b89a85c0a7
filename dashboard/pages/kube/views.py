"""The kube page: text, then plan, then job. Nothing is sent before the plan was shown."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.watch_job import go_watch
from dashboard.pages.kube.plan import PlanPage, plan_page
from dashboard.person import person_of
from hosts import access
from hosts.access import Person, allows, visible_endpoints
from hosts.actions.kube import down_kube, play_kube
from hosts.actions.kube.kube_yaml import LIMIT_BYTES, YamlRefused
from hosts.models import Endpoint, Job
from hosts.refusals import FieldRefusal

ANYWHERE = Target(kind="pod", name="any host")
AROUND = 2


@dataclass(frozen=True, slots=True)
class KubeProblem:
    """An error in the text. `line` is 0 for the whole text. `excerpt`: (number, text) of lines near it."""

    message: str
    cure: str = ""
    line: int = 0
    excerpt: tuple[tuple[int, str], ...] = ()


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST `do`: preview (default), play or down."""
    person = person_of(request)
    access.require(person, play_kube.VERB, ANYWHERE)
    endpoints = [
        one
        for one in visible_endpoints(person).select_related("host", "login")
        if allows(person, play_kube.VERB, one)
    ]
    if request.method == "GET":
        return _form(request, endpoints, chosen=request.GET.get("endpoint", ""))
    chosen = request.POST.get("endpoint", "")
    # browsers send CRLF
    text = request.POST.get("text", "")[: 2 * LIMIT_BYTES].replace("\r\n", "\n")
    endpoint = next((one for one in endpoints if str(one.pk) == chosen), None)
    if endpoint is None:
        return _form(request, endpoints, wrong=KubeProblem(_("Choose a host.")), text=text)
    try:
        job = _ask(request, person, endpoint, text)
        if job is not None:
            return go_watch(request, job)
        plan = plan_page(play_kube.plan_on(endpoint, text), endpoint, person)
    except YamlRefused as refused:
        wrong = KubeProblem(
            refused.message, line=refused.line, excerpt=_excerpt(text, refused.line)
        )
        return _form(request, endpoints, chosen=chosen, text=text, wrong=wrong)
    except FieldRefusal as refused:
        wrong = KubeProblem(refused.message, refused.cure)
        return _form(request, endpoints, chosen=chosen, text=text, wrong=wrong)
    return _form(request, endpoints, chosen=chosen, text=text, plan=plan)


def _ask(request: HttpRequest, person: Person, endpoint: Endpoint, text: str) -> Job | None:
    match request.POST.get("do"):
        case "play":
            start = request.POST.get("start") == "1"
            return play_kube.ask(person, endpoint.pk, text=text, start=start)
        case "down":
            volumes = request.POST.get("volumes") == "1"
            return down_kube.ask(person, endpoint.pk, text=text, volumes=volumes)
    return None


def _excerpt(text: str, line: int) -> tuple[tuple[int, str], ...]:
    if not line:
        return ()
    numbered = list(enumerate(text.split("\n"), 1))
    return tuple((n, said[:200]) for n, said in numbered if abs(n - line) <= AROUND)


def _form(
    request: HttpRequest,
    endpoints: list[Endpoint],
    *,
    chosen: str = "",
    text: str = "",
    plan: PlanPage | None = None,
    wrong: KubeProblem | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "endpoints": endpoints,
        "chosen": chosen,
        "text": text,
        "plan": plan,
        "wrong": wrong,
        "start": request.method == "GET" or request.POST.get("start") == "1",
    }
    if "HX-Request" in request.headers:
        # status 200: htmx ignores the content of a 422
        return render(request, "kube/plan.html", context)
    return render(request, "kube/page.html", context, status=422 if wrong else 200)
