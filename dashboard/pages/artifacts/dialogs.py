"""Dialogs that pull, push and remove artifacts, and the page that adds a file to one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.watch_job import go_watch
from dashboard.person import person_of
from hosts import capabilities
from hosts.access import get_endpoint
from hosts.actions.artifacts import pull_artifact, push_artifact, remove_artifact, transfers
from hosts.actions.artifacts.names import whole_name
from hosts.inventory import bounds
from hosts.models import Endpoint
from hosts.podman import Podman, PodmanError, artifacts
from hosts.podman.errors import NotFound
from hosts.refusals import Refusal

MOST_TEXT = 500
_both = require_http_methods(["GET", "POST"])
NameDigest = tuple[str, str]


def _show(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"artifacts/{name}.html", {"url": request.path, **context})


def _name(given: Any) -> str:
    return str(given.get("name", ""))[:MOST_TEXT].strip()


@_both
def pull(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Dialog: pull an artifact by its full name."""
    person = person_of(request)
    endpoint = get_endpoint(person, endpoint_id, pull_artifact.VERB)
    context: dict[str, Any] = {
        "title": _("Pull an artifact to %s") % endpoint,
        "word": _("Pull artifact"),
        "text": _name(request.POST if request.method == "POST" else request.GET),
        "problem": capabilities.lacks(endpoint, "artifacts"),
    }
    if request.method == "POST":
        try:
            job = pull_artifact.ask(person, endpoint_id, name=context["text"])
            return go_watch(request, job)
        except Refusal as wrong:
            context["problem"] = str(wrong)
    return _show(request, "pull", context)


@_both
def push(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Dialog: push an artifact to the registry in its name."""
    person = person_of(request)
    endpoint = get_endpoint(person, endpoint_id, push_artifact.VERB)
    name = _name(request.POST if request.method == "POST" else request.GET)
    context: dict[str, Any] = {
        "title": _("Push the artifact from %s?") % endpoint,
        "word": _("Push artifact"),
        "name": name,
        "problem": capabilities.lacks(endpoint, "artifacts"),
    }
    if request.method == "POST":
        try:
            job = push_artifact.ask(person, endpoint_id, name=name)
            return go_watch(request, job)
        except Refusal as wrong:
            context["problem"] = str(wrong)
    return _show(request, "push", context)


@_both
def remove(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """GET asks, and lists the artifacts named `name` with their digests. POST removes exactly those."""
    person = person_of(request)
    endpoint = get_endpoint(person, endpoint_id, remove_artifact.VERB)
    problem = capabilities.lacks(endpoint, "artifacts")
    seen: list[NameDigest] = []
    if request.method == "POST":
        pairs = (one.partition(" ") for one in request.POST.getlist("seen"))
        seen = [(name, digest) for digest, _space, name in pairs]
        try:
            batch = remove_artifact.ask_many(person, endpoint_id, seen=seen)
            return go_watch(request, batch)
        except Refusal as wrong:
            problem = str(wrong)
    elif not problem:
        try:
            seen = _digests(endpoint, request.GET.getlist("name")[: remove_artifact.MOST])
            problem = "" if seen else _("Tick at least one artifact that still exists.")
        except PodmanError as error:
            problem = error.message
    words = ngettext(
        "Remove the artifact from %(host)s?", "Remove %(n)d artifacts from %(host)s?", len(seen)
    )
    context = {
        "title": words % {"n": len(seen), "host": endpoint} if seen else _("Remove artifacts"),
        "word": ngettext("Remove artifact", "Remove artifacts", len(seen)),
        "seen": seen,
        "problem": problem,
    }
    return _show(request, "remove", context)


def _digests(endpoint: Endpoint, names: list[str]) -> list[NameDigest]:
    """(name, digest) of each of `names` that exists on the host."""

    async def look(podman: Podman) -> list[NameDigest]:
        found: list[NameDigest] = []
        for name in dict.fromkeys(names):
            try:
                told = await artifacts.inspect(podman, whole_name(name))
            except (NotFound, Refusal):
                continue
            found.append((name, bounds.text(told.get("Digest"), limit=MOST_TEXT)))
        return found

    return ask_host(endpoint, look) if names else []


@require_GET
def add_page(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Form for name, type and file. ?name= is the artifact to add to."""
    person = person_of(request)
    endpoint = get_endpoint(person, endpoint_id, transfers.ADD)
    context = {
        "endpoint": endpoint,
        "name": _name(request.GET),
        "lack": capabilities.lacks(endpoint, "artifacts"),
        "back": reverse("system:system", args=[endpoint.host_id]),
    }
    return render(request, "artifacts/add.html", context)
