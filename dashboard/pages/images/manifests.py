"""Manifest lists: their images, and the dialogs that create and change them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.inspect_tree import fetch, trouble_of
from dashboard.furniture.verb_views import refs_of
from dashboard.furniture.watch_job import go_watch, toast_watch
from dashboard.live.visibility import verbs_for
from dashboard.person import person_of
from hosts import access
from hosts.access import get_object
from hosts.actions.images import create_list, edit_list
from hosts.models import Image, InventoryRow
from hosts.podman import PodmanError, manifests
from hosts.refusals import Refusal

MOST = 500
_both = require_http_methods(["GET", "POST"])


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One image of a list. `platform`: linux/arm64/v8."""

    digest: str
    platform: str
    words: dict[str, str]
    kind: str
    size_bytes: int
    notes: tuple[tuple[str, str], ...]


def is_list(row: InventoryRow) -> bool:
    """True for a manifest list."""
    return isinstance(row, Image) and row.manifest_list


def platforms(request: HttpRequest, row: InventoryRow) -> HttpResponse:
    """The tab's part, asked of the host."""
    try:
        found = fetch(row.endpoint, row.podman_id, manifests.inspect)
    except PodmanError as error:
        return render(request, "parts/away.html", trouble_of(error, row.endpoint))
    told = found.get("manifests") or []
    context = {
        "row": row,
        "notes": _notes(found),
        "entries": [_entry(one) for one in told[:MOST] if isinstance(one, dict)],
        "more": max(0, len(told) - MOST),
        "can_edit": edit_list.VERB in verbs_for(person_of(request), row) and not row.gone,
        "url": request.path,
        "edit_url": reverse("images:list_edit", args=[row.endpoint_id, row.podman_id]),
    }
    return render(request, "images/platforms.html", context)


def _entry(told: dict[str, Any]) -> ManifestEntry:
    platform = told.get("platform")
    words = platform if isinstance(platform, dict) else {}
    named = [str(words.get(name) or "")[:60] for name in ("os", "architecture", "variant")]
    size = told.get("size")
    return ManifestEntry(
        digest=str(told.get("digest") or "")[:100],
        platform="/".join(filter(None, named)),
        words=dict(zip(("os", "arch", "variant"), named, strict=True)),
        kind=str(told.get("mediaType") or "").rpartition("application/vnd.")[2][:80],
        size_bytes=size if isinstance(size, int) else 0,
        notes=_notes(told),
    )


def _notes(told: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    notes = told.get("annotations")
    if not isinstance(notes, dict):
        return ()
    return tuple((str(k)[:200], str(v)[:500]) for k, v in list(notes.items())[:20])


@_both
def edit(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """Add an image (`add`), remove one (`drop`), or set platform and notes (`annotate`).

    `annotate` without a digest: notes of the list itself.
    """
    person = person_of(request)
    ref = (endpoint_id, podman_id)
    row = get_object(person, "image", *ref, verb=edit_list.VERB)
    data = request.GET if request.method == "GET" else request.POST
    what, digest = data.get("what", "add"), data.get("digest", "")[:100]
    problem = ""
    if request.method == "POST":
        try:
            if what == "drop":
                job = edit_list.ask_drop(person, ref, digest=digest)
            elif what == "annotate":
                words = {name: data.get(name, "")[:60] for name in ("os", "arch", "variant")}
                notes = data.get("notes", "")[:100_000]
                job = edit_list.ask_annotate(person, ref, digest=digest, **words, notes=notes)
            else:
                every = data.get("all") == "1"
                job = edit_list.ask_add(person, ref, image=data.get("image", ""), all_images=every)
            return toast_watch(request, job, _("The list is being changed"))
        except Refusal as wrong:
            problem = str(wrong)
    name = row.name or row.podman_id[:12]
    titles = {
        "add": (_("Add an image to %s") % name, _("Add image")),
        "drop": (_("Remove an image from %s?") % name, _("Remove")),
        "annotate": (_("Platform and notes of an image of %s") % name, _("Set")),
    }
    if what == "annotate" and not digest:
        titles["annotate"] = (_("Annotations of %s") % name, _("Annotate"))
    title, word = titles.get(what, titles["add"])
    context = {
        "url": request.path,
        "title": title,
        "word": word,
        "what": what if what in titles else "add",
        "digest": digest,
        "data": data,
        "problem": problem,
        "here": _names_at(endpoint_id, podman_id) if what == "add" else [],
    }
    return render(request, "images/list_edit.html", context)


def _names_at(endpoint_id: int, but: str) -> list[str]:
    rows = Image.objects.filter(endpoint_id=endpoint_id, gone=None, manifest_list=False)
    found = rows.exclude(podman_id=but).order_by("name").values_list("name", flat=True)
    return [name for name in found[:200] if name]


@_both
def create(request: HttpRequest) -> HttpResponse:
    """Create a list of the chosen images, all of one host."""
    person = person_of(request)
    access.require(person, create_list.VERB, Target(kind="image", name="any host"))
    data = request.GET if request.method == "GET" else request.POST
    refs = refs_of(data.getlist("object"))
    problem = ""
    if request.method == "POST":
        try:
            job = create_list.ask(person, refs, name=data.get("name", "")[:500])
            return go_watch(request, job)
        except Refusal as wrong:
            problem = str(wrong)
    elif len({endpoint_id for endpoint_id, _id in refs}) > 1:
        problem = _("A list consists of images of one host.")
    rows = [get_object(person, "image", *ref, verb=create_list.VERB) for ref in refs[:50]]
    context = {
        "url": request.path,
        "title": _("Create a manifest list"),
        "word": _("Create list"),
        "rows": rows,
        "objects": [f"{row.endpoint_id}:{row.podman_id}" for row in rows],
        "name": data.get("name", ""),
        "problem": problem,
    }
    return render(request, "images/list_create.html", context)
