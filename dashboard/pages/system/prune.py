"""The preview of a prune, object by object, and the removal of the ticked ones."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.forms import endpoint_words
from dashboard.furniture.offer import Offer, PrunePage
from dashboard.furniture.prune_plans import MOST_ASKED, Plan, PruneFilter, endpoints_to_prune
from dashboard.furniture.sizes import sizes_of
from dashboard.furniture.verb_views import MOST_OBJECTS, refs_of
from dashboard.furniture.watch_job import go_watch
from dashboard.live.lock_marks import attach
from dashboard.live.spec import registered
from dashboard.offers.prunes import PRUNES
from dashboard.person import person_of
from hosts import access
from hosts.access import Person
from hosts.models import Batch
from hosts.refusals import Refusal

OLDER = (
    ("", gettext_lazy("of any age")),
    ("24", gettext_lazy("older than a day")),
    ("168", gettext_lazy("older than a week")),
    ("720", gettext_lazy("older than 30 days")),
)


@require_http_methods(["GET", "POST"])
def prune(request: HttpRequest, kind: str) -> HttpResponse:
    """GET: the preview for the chosen options. POST removes the ticked objects."""
    offer = PRUNES.get(kind)
    if offer is None or not isinstance(offer.page, PrunePage):
        raise Http404
    page, person = offer.page, person_of(request)
    access.require_whole(person, offer.verb, Target(kind=kind, name="any host"))
    data = request.GET if request.method == "GET" else request.POST
    endpoints = endpoints_to_prune(person, kind)
    chosen = [one for one in endpoints if str(one.pk) in data.getlist("endpoint")]
    prune_filter = _filter_of(data, page)
    problem = ""
    if request.method == "POST":
        try:
            return go_watch(request, _ask(request, person, offer, prune_filter))
        except Refusal as wrong:
            problem = str(wrong)
    too_many = page.asks and not chosen and len(endpoints) > MOST_ASKED
    plan = Plan() if too_many else page.plan(chosen or endpoints, prune_filter)
    spec = registered(f"{kind}s")
    context = {
        "offer": offer,
        "spec": spec,
        "list_url": reverse(f"{spec.name}:list"),
        "page_url": f"{spec.name}:page",
        "wish": prune_filter,
        "older": OLDER,
        "plan": plan,
        **_rows(kind, page, plan),
        "too_many": too_many,
        "problem": problem,
        "targets": [(one.pk, endpoint_words(one), one in chosen) for one in endpoints],
    }
    return render(request, "system/prune.html", context)


def _filter_of(data: QueryDict, page: PrunePage) -> PruneFilter:
    values = [value for value, _words in page.which]
    which, older = data.get("which", ""), data.get("older", "")
    return PruneFilter(
        which=which if which in values else values[0],
        older_h=older if older in dict(OLDER) else "",
        label=data.get("label", "").strip()[:300],
    )


def _rows(kind: str, page: PrunePage, plan: Plan) -> dict[str, Any]:
    """Context: the first objects with sizes, and the locked ones that stay."""
    attach([one.row for one in plan.found])
    free = [one for one in plan.found if not hasattr(one.row, "lock")]
    found = free[:MOST_OBJECTS]
    if page.measured:
        sizes = sizes_of(kind, [(one.row.endpoint_id, one.row.podman_id) for one in found])
        for one in found:
            one.size_bytes = sizes.get((one.row.endpoint_id, one.row.podman_id))
    return {
        "found": found,
        "more": len(free) > len(found),
        "locked": [one.row for one in plan.found if hasattr(one.row, "lock")],
        "doubts": any(one.doubt for one in found),
        "sized": any(one.size_bytes is not None for one in found),
        "bytes": sum(one.size_bytes or 0 for one in found),
    }


def _ask(request: HttpRequest, person: Person, offer: Offer, prune_filter: PruneFilter) -> Batch:
    refs = refs_of(request.POST.getlist("object"))
    if not refs:
        raise Refusal(_("Tick at least one."))
    measured = isinstance(offer.page, PrunePage) and offer.page.measured
    sizes = {"sizes": sizes_of(offer.kind, refs)} if measured else {}
    batch: Batch = offer.action.ask(person, refs, filters=prune_filter.filters(), **sizes)
    return batch
