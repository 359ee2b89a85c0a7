"""The build page: type a Containerfile (a job), or upload a context (streamed)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from audit.shapes import Target
from dashboard.furniture.form_verdict import (
    FormVerdict,
    asks_for_verdict,
    form_verdict,
    stream_verdict,
    verdict_part,
)
from dashboard.furniture.targets import endpoints_for
from dashboard.furniture.watch_job import go_watch
from dashboard.pages.builds import from_job
from dashboard.pages.builds.forms import BuildForm
from dashboard.person import person_of
from hosts import access, guardrails
from hosts.access import Person
from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import BuildOrder
from hosts.models import Endpoint, Job
from hosts.refusals import FieldRefusal

ANYWHERE = Target(kind="image", name="any host")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """GET: the form, for a context with ?way=upload, from a job with ?again=. POST: build the typed
    file.
    """
    person = person_of(request)
    access.require(person, build_image.VERB, ANYWHERE)
    endpoints = endpoints_for(person, build_image.VERB)
    way = "upload" if request.GET.get("way") == "upload" else "type"
    if asks_for_verdict(request):
        return verdict_part(request, _verdict(request, person, way))
    job = from_job.job_of(request, person)
    if request.method == "POST":
        form = BuildForm(request.POST, endpoints=endpoints)
        if (asked := _ask(request, form)) is not None:
            return go_watch(request, asked)
    elif job is not None:
        form = BuildForm(initial=from_job.initial(job), endpoints=endpoints)
    else:
        chosen = request.GET.get("endpoint", "")
        start = {"endpoint": int(chosen)} if chosen.isdecimal() else {}
        form = BuildForm(initial=start, endpoints=endpoints)
    # an uploaded context may contain the Containerfile
    form.fields["text"].required = way == "type"
    context = {"form": form, "endpoints": endpoints, "way": way, "job": job}
    return render(request, "builds/page.html", context, status=422 if form.errors else 200)


def _ask(request: HttpRequest, form: BuildForm) -> Job | None:
    if not form.is_valid():
        return None
    try:
        return build_image.ask(
            person_of(request),
            form.cleaned_data["endpoint"],
            text=form.cleaned_data["text"].replace("\r\n", "\n"),
            order=form.order(),
        )
    except FieldRefusal as refused:
        form.refuse(refused)
        return None


def _verdict(request: HttpRequest, person: Person, way: str) -> FormVerdict | None:
    data = request.POST.copy()
    # no rule looks at tags, and people may type them last
    data["tags"] = data.get("tags", "").strip() or "localhost/new:1"
    form = BuildForm(data, endpoints=endpoints_for(person, build_image.VERB))
    if not form.is_valid():
        return None
    endpoint = Endpoint.objects.select_related("host", "login").get(
        pk=form.cleaned_data["endpoint"]
    )
    try:
        order = form.order()
    except FieldRefusal:
        return None
    if way == "upload":
        return stream_verdict(endpoint, build_image.proposal(order, None))
    text = form.cleaned_data["text"].replace("\r\n", "\n")
    return form_verdict(
        person, build_image.VERB, build_image.order_for(endpoint, text=text, order=order)
    )


def _judge(order: BuildOrder, endpoint_id: int) -> None:
    """Raise Refused when the guardrails refuse the build. The upload is judged once more."""
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    verdict = guardrails.check(endpoint, build_image.proposal(order, None))
    if verdict.blocking:
        raise guardrails.GuardrailRefused(verdict)


@require_POST
@sensitive_post_parameters()
def check(request: HttpRequest) -> JsonResponse:
    """{field: error} of an upload's form, before the upload begins."""
    person = person_of(request)
    access.require(person, build_image.VERB, ANYWHERE)
    form = BuildForm(request.POST, endpoints=endpoints_for(person, build_image.VERB))
    if form.is_valid():
        try:
            _judge(form.order(), form.cleaned_data["endpoint"])
        except FieldRefusal as refused:
            form.refuse(refused)
    return JsonResponse({name: " ".join(map(str, errors)) for name, errors in form.errors.items()})
