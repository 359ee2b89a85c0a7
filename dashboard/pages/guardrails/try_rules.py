"""The page that tries the rules on a pasted text. It changes nothing and writes no entry."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.pod_to_join import pod_to_join
from dashboard.pages.guardrails.pasted import read
from dashboard.person import person_of
from hosts import access
from hosts.access import Person, visible_endpoints
from hosts.actions.guardrails.edit_guardrail import READ
from hosts.guardrails import check, rules_for
from hosts.models import Endpoint
from hosts.refusals import Refusal

EVERY = Target(kind="guardrail", id="", name="")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST `text` and `endpoint`: the verdict with the rule behind each finding."""
    person = person_of(request)
    access.require(person, READ, EVERY)
    endpoints = list(visible_endpoints(person).select_related("host", "login"))
    chosen = request.POST.get("endpoint", request.GET.get("endpoint", ""))
    endpoint = next((one for one in endpoints if str(one.pk) == chosen), None)
    if endpoint is None and request.method == "GET":
        endpoint = endpoints[0] if endpoints else None
    text = request.POST.get("text", "")
    context: dict[str, Any] = {
        "endpoints": endpoints,
        "chosen": str(endpoint.pk) if endpoint else "",
        "endpoint": endpoint,
        "text": text,
    }
    if request.method == "POST":
        if endpoint is None:
            context["problem"] = _("Choose a host.")
        else:
            context |= _judge(text, endpoint, person)
    elif endpoint is not None:
        context["count"] = len(rules_for(endpoint))
    part = (
        "guardrails/try_result.html" if "HX-Request" in request.headers else "guardrails/try.html"
    )
    return render(request, part, context)


def _judge(text: str, endpoint: Endpoint, person: Person) -> dict[str, Any]:
    try:
        found = read(text, endpoint)
    except Refusal as wrong:
        return {"problem": str(wrong)}
    pod = pod_to_join(person, endpoint, found.pod)
    verdict = check(endpoint, pod.with_pod(found.proposal) if pod else found.proposal)
    return {
        "what": found.what,
        "verdict": verdict,
        "left_out": found.left_out,
        "count": verdict.rules,
        "joined": pod,
    }
