"""Dialogs of one image: tag, untag, push. A wrong name comes back with its error."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard.furniture.watch_job import go_watch, toast_watch
from dashboard.person import person_of
from hosts.access import Person, allows, get_object
from hosts.actions.images import push_image, tag_image, untag_image
from hosts.actions.images.names import destination, names_of_others, new_names, with_tags
from hosts.actions.images.references import parse
from hosts.actions.registries.credentials import credential_for
from hosts.models import Image, Job
from hosts.refusals import Refusal

TEXT_LIMIT = 5000
_both = require_http_methods(["GET", "POST"])


def _image(request: HttpRequest, endpoint_id: int, podman_id: str, verb: str) -> Image:
    row = get_object(person_of(request), "image", endpoint_id, podman_id, verb=verb)
    assert isinstance(row, Image)
    return row


def _title(row: Image, words: str) -> str:
    return words % {"name": row.name or row.podman_id[:12], "host": row.endpoint}


def _show(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"images/{name}.html", {"url": request.path, **context})


def _answer(request: HttpRequest, job: Job, words: str, *, watch: bool) -> HttpResponse:
    return go_watch(request, job) if watch else toast_watch(request, job, words)


@_both
def tag(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """Add names. A name of another image moves only after a yes."""
    row = _image(request, endpoint_id, podman_id, tag_image.VERB)
    text = request.POST.get("names", "")[:TEXT_LIMIT]
    move = request.POST.get("move") == "1"
    context: dict[str, Any] = {
        "title": _title(row, _("Tag %(name)s on %(host)s")),
        "word": _("Tag"),
        "text": text,
        "move": move,
    }
    if request.method == "POST":
        try:
            names = new_names(text.splitlines())
            context["moved"] = names_of_others(row, names)
            if move or not context["moved"]:
                person, ref = person_of(request), (endpoint_id, podman_id)
                job = tag_image.ask(person, ref, names=names)
                return _answer(request, job, _("Adding names"), watch=False)
        except Refusal as wrong:
            context["problem"] = str(wrong)
    return _show(request, "tag", context)


@_both
def untag(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """Remove the ticked names."""
    row = _image(request, endpoint_id, podman_id, untag_image.VERB)
    chosen = request.POST.getlist("names")
    context: dict[str, Any] = {
        "title": _title(row, _("Untag %(name)s on %(host)s")),
        "word": _("Untag"),
        "names": with_tags(row.names),
        "chosen": chosen,
    }
    if request.method == "POST":
        try:
            job = untag_image.ask(person_of(request), (endpoint_id, podman_id), names=chosen)
            return _answer(request, job, _("Untagging"), watch=False)
        except Refusal as wrong:
            context["problem"] = str(wrong)
    return _show(request, "untag", context)


@_both
def push(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """Push to a destination. `?note=1` answers only the note about the typed name."""
    row = _image(request, endpoint_id, podman_id, push_image.VERB)
    person = person_of(request)
    names = [name for name in with_tags(row.names) if not name.startswith("localhost/")]
    given = request.POST.get("destination")
    text = (names[0] if names else "") if given is None else given[:TEXT_LIMIT].strip()
    if "note" in request.GET:
        return HttpResponse(_note(person, row, text), content_type="text/plain; charset=utf-8")
    context: dict[str, Any] = {
        "title": _title(row, _("Push %(name)s from %(host)s")),
        "word": _("Push image"),
        "text": text,
        "names": names,
        "note": _note(person, row, text),
    }
    if request.method == "POST":
        try:
            job = push_image.ask(person, (endpoint_id, podman_id), destination=text)
            return _answer(request, job, _("Pushing"), watch=True)
        except Refusal as wrong:
            context["problem"] = str(wrong)
    return _show(request, "push", context)


def _note(person: Person, row: Image, text: str) -> str:
    """Whether Haulout signs in at the registry, and as whom (with `registry.view`)."""
    try:
        reference = parse(destination(text))
    except Refusal:
        return ""
    kept = credential_for(row.endpoint, reference)
    if kept is None:
        return _("No credentials are stored for %s.") % reference.registry
    who = kept.username if allows(person, "registry.view") else _("the stored account")
    return _("Signs in at %(registry)s as %(user)s.") % {
        "registry": reference.registry,
        "user": who,
    }
