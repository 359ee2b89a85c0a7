"""The preview of a prune, object by object, and the click that removes exactly what is ticked."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.acting import refs_of
from dashboard.furniture.forms import endpoint_words
from dashboard.furniture.prune_plans import KINDS, MOST_ASKED, Plan, PruneKind
from dashboard.furniture.sizes import sizes_of
from dashboard.furniture.watching import go_watch
from dashboard.live.locked import attach
from dashboard.person import person_of
from hosts import access
from hosts.access import Person, allows, visible_endpoints
from hosts.models import Batch, Endpoint
from hosts.refused import Refusal

# as many as anybody looks through; Django takes 5,000 fields (DATA_UPLOAD_MAX_NUMBER_FIELDS)
MOST_SHOWN = 900


@require_http_methods(["GET", "POST"])
def prune(request: HttpRequest, kind: str) -> HttpResponse:
    """GET: what would go, ?endpoint= and ?which= choose. POST: remove what is ticked."""
    pruned = KINDS.get(kind)
    if pruned is None:
        raise Http404
    person = person_of(request)
    access.require_whole(person, pruned.verb, Target(kind=kind, name="any host"))
    given = request.GET if request.method == "GET" else request.POST
    endpoints = _endpoints(person, pruned)
    ids = set(given.getlist("endpoint"))
    chosen = [one for one in endpoints if str(one.pk) in ids]
    values = [value for value, _words in pruned.which]
    which = given.get("which", "")
    which = which if which in values else values[0]
    problem = ""
    if request.method == "POST":
        try:
            return go_watch(request, _asked(request, person, pruned, which))
        except Refusal as wrong:
            problem = str(wrong)
    too_many = not chosen and len(endpoints) > MOST_ASKED
    plan = Plan() if too_many else pruned.plan((chosen or endpoints)[:MOST_ASKED], which)
    attach([one.row for one in plan.found])
    locked = [one.row for one in plan.found if hasattr(one.row, "lock")]
    plan.found = [one for one in plan.found if not hasattr(one.row, "lock")]
    if pruned.sized:
        sizes = sizes_of(kind, [(one.row.endpoint_id, one.row.podman_id) for one in plan.found])
        for one in plan.found:
            one.size_bytes = sizes.get((one.row.endpoint_id, one.row.podman_id))
    context: dict[str, Any] = {
        "pruned": pruned,
        "list_url": reverse(f"{pruned.plural}:list"),
        "page_url": f"{pruned.plural}:page",
        "which": which,
        "plan": plan,
        "locked": locked,
        "found": plan.found[:MOST_SHOWN],
        "more": len(plan.found) > MOST_SHOWN,
        "all_ticked": not any(one.doubt for one in plan.found[:MOST_SHOWN]),
        "too_many": too_many,
        "measured": any(one.size_bytes is not None for one in plan.found),
        "bytes": sum(one.size_bytes or 0 for one in plan.found[:MOST_SHOWN]),
        "problem": problem,
        "targets": [(one.pk, endpoint_words(one), one in chosen) for one in endpoints],
    }
    return render(request, "system/prune.html", context)


def _endpoints(person: Person, pruned: PruneKind) -> list[Endpoint]:
    rows = visible_endpoints(person).select_related("host", "login")
    return [one for one in rows if allows(person, pruned.verb, one)]


def _asked(request: HttpRequest, person: Person, pruned: PruneKind, which: str) -> Batch:
    refs = refs_of(request.POST.getlist("object"))
    if not refs:
        raise Refusal(_("Tick what is to go."))
    sizes = sizes_of(pruned.kind, refs) if pruned.sized else {}
    return pruned.ask(person, refs, filters={"which": which}, sizes=sizes)
